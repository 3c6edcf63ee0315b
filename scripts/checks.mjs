// The checks of the sources that are not tests. Each returns what is wrong, as text; an empty text is good.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(fileURLToPath(import.meta.url), '..', '..');

/** In this order; what is built first is looked at by others. */
export const CHECKS = [
  { name: 'build', run: () => node('scripts/build.mjs', '--types') },
  { name: 'types (tsc)', run: () => node('test/node_modules/typescript/bin/tsc', '-p', '.', '--pretty', 'false') },
  {
    name: "types of the console's page (tsc)",
    run: () => node('test/node_modules/typescript/bin/tsc', '-p', 'src/web/app', '--pretty', 'false'),
  },
  { name: 'format and lint (biome)', run: biome },
  { name: 'generated files', run: () => node('scripts/build.mjs', '--docs', '--schema', '--check') },
  { name: 'shell scripts', run: shellScripts },
  { name: 'package locks', run: packageLocks },
  { name: 'addresses and paths', run: addressesAndPaths },
];

function node(...args) {
  return command(process.execPath, ...args);
}

/** Without the generated docs/ and schema/, which have a check of their own. */
async function biome() {
  const paths = [
    'src',
    'test',
    'bench/run.mjs',
    'bench/lib',
    'bench/benchmarks',
    'scripts',
    'database/migrate.ts',
    'bin',
    'package.json',
    'tsconfig.json',
    'biome.json',
  ];
  const flags = ['--colors=off', '--diagnostic-level=warn', '--no-errors-on-unmatched'];
  const wrong = await node('test/node_modules/@biomejs/biome/bin/biome', 'ci', ...flags, ...paths);
  return wrong && `to format and mend: test/node_modules/.bin/biome check --write PATH\n${wrong}`;
}

/** The output of a command that failed. */
function command(program, ...args) {
  return new Promise((done) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        output += text;
      });
    }
    child.on('error', (error) => done(error.message));
    child.on('close', (status) => done(status === 0 ? '' : output.trim() || `${program} ended with status ${status}`));
  });
}

/** The files of the repository, with new ones that are not committed yet; without git, all but what is made here. */
function ownFiles() {
  try {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const names = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return names.split('\0').filter((name) => name !== '' && existsSync(join(ROOT, name)));
  } catch {
    return walk('.');
  }
}

const MADE_HERE = new Set(['node_modules', 'dist', '.taskflow', '.build', '.git']);

function walk(folder) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return MADE_HERE.has(entry.name) ? [] : walk(path);
    return entry.isFile() ? [path] : [];
  });
}

async function shellScripts() {
  const scripts = ownFiles().filter((path) => path.endsWith('.sh') || path === '.ci/run');
  const found = [];
  for (const path of scripts) {
    const wrong = await command('sh', '-n', path);
    if (wrong) found.push(wrong);
    if ((statSync(join(ROOT, path)).mode & 0o100) === 0) found.push(`${path}: is not executable`);
  }
  return found.join('\n');
}

/** Locks name no registry, packages have a checksum, and what we ask for has an exact version. */
function packageLocks() {
  const found = [];
  for (const path of ownFiles()) {
    if (path.endsWith('package-lock.json')) found.push(...lockComplaints(path));
    else if (path === 'package.json' || path.endsWith('/package.json')) found.push(...versionComplaints(path));
  }
  return found.join('\n');
}

function lockComplaints(path) {
  const { packages = {} } = JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
  return Object.entries(packages).flatMap(([name, entry]) => {
    const absent = absentFrom(packages, name, entry).map(
      (other) => `${path}: ${other}, which ${name || 'package.json'} needs, is absent`,
    );
    if (name === '' || entry.link) return absent;
    if (entry.resolved) absent.push(`${path}: ${name} has a "resolved" address; .npmrc beside it should omit it`);
    if (!entry.integrity) absent.push(`${path}: ${name} has no "integrity"`);
    return absent;
  });
}

/** Packages of other platforms may be absent: npm leaves out those that the registry at hand does not have. */
function absentFrom(packages, name, entry) {
  const places = ['', ...name.split('/').map((_, count, parts) => `${parts.slice(0, count + 1).join('/')}/`)];
  const isThere = (other) => places.some((place) => `${place}node_modules/${other}` in packages);
  return Object.keys({ ...entry.dependencies, ...(name === '' ? entry.devDependencies : {}) }).filter(
    (other) => !isThere(other) && !(other in (entry.optionalDependencies ?? {})),
  );
}

const EXACT = /^(npm:.+@)?\d+\.\d+\.\d+(-[\w.]+)?$/;

function versionComplaints(path) {
  const manifest = JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
  const wanted = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
    Object.entries(manifest[kind] ?? {}),
  );
  return wanted
    .filter(([, version]) => !EXACT.test(version))
    .map(([name, version]) => `${path}: ${name} ${version}: write an exact version`);
}

/** Where clones often are: such a folder says nothing about one machine. */
const USUAL_PLACES =
  /^\/(|tmp|var|data|home|root|srv|opt|mnt|app|code|src|repos?|usr\/src|var\/tmp|builds?|workspaces?)$/;

/** No file names the registry that this machine uses, nor the folders that this clone is in or beside. */
async function addressesAndPaths() {
  const banned = [...clonePaths(), ...(await ownRegistry())];
  return ownFiles()
    .filter((path) => statSync(join(ROOT, path)).size < 5_000_000)
    .flatMap((path) => mentions(path, readFileSync(join(ROOT, path), 'latin1'), banned))
    .join('\n');
}

function mentions(path, text, banned) {
  return banned.flatMap((word) => {
    const at = text.search(new RegExp(`${word.replace(/[^\w/-]/g, '\\$&')}(?![\\w.-])`));
    return at < 0
      ? []
      : [`${path}:${text.slice(0, at).split('\n').length}: names ${word}, which other machines do not have`];
  });
}

/** This clone, and its neighbours. */
function clonePaths() {
  const parent = dirname(ROOT);
  if (!USUAL_PLACES.test(parent)) return readdirSync(parent).map((name) => join(parent, name));
  return ROOT.split('/').length > 2 ? [ROOT] : [];
}

/** The host of npm's registry as it is set up here: no file of ours names one. */
async function ownRegistry() {
  const url = await new Promise((done) => {
    execFile('npm', ['config', 'get', 'registry'], { cwd: ROOT }, (error, stdout) => done(error ? '' : stdout.trim()));
  });
  const host = URL.canParse(url) ? new URL(url).host : '';
  return host === '' ? [] : [host];
}
