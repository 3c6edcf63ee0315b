/** The package as others get it: packed, unpacked into a project of theirs, used as a program, as a library and by the compiler. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { REPOSITORY } from '../support/run-folder.ts';
import { withDatabase } from '../support/servers.ts';

const run = promisify(execFile);
const project = mkdtempSync(join(tmpdir(), 'tfpackage-'));
const installed = join(project, 'node_modules/taskflow-db');
const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { version: string };

before(() => {
  execFileSync(process.execPath, ['scripts/build.mjs', '--types'], { cwd: REPOSITORY, stdio: 'pipe' });
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', project];
  execFileSync('npm', pack, { cwd: REPOSITORY, stdio: 'pipe' });
  mkdirSync(join(project, 'node_modules/.bin'), { recursive: true });
  mkdirSync(installed);
  const archive = join(project, `taskflow-db-${version}.tgz`);
  execFileSync('tar', ['-xzf', archive, '--strip-components=1', '-C', installed]);
  symlinkSync('../taskflow-db/bin/taskflow-db.cjs', join(project, 'node_modules/.bin/taskflow-db'));
  write('package.json', '{ "name": "theirs", "private": true, "type": "module" }');
  write(
    'migrations/001_people.sql',
    '-- People\nCREATE TABLE people (id int);\n\n-- ROLLBACK:\n-- DROP TABLE people;\n',
  );
});

after(() => rmSync(project, { recursive: true }));

function write(name: string, text: string): void {
  mkdirSync(join(project, name, '..'), { recursive: true });
  writeFileSync(join(project, name), text);
}

/** Nothing of this machine's settings reaches their project. */
const env = { PATH: process.env.PATH ?? '', HOME: project, XDG_CACHE_HOME: join(project, '.cache') };

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

test('what is in it: program, library, types, schema, licence; no sources, no tests, no database of ours', () => {
  const files = filesOf(installed);
  for (const needed of [
    'package.json',
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'bin/taskflow-db.cjs',
    'dist/cli.cjs',
    'dist/index.js',
    'dist/code-thread.js',
    'dist/types/index.d.ts',
    'dist/THIRD_PARTY_LICENSES.txt',
    'dist/libpg-query.wasm',
    'docs/rules/ban-drop-column.md',
  ]) {
    assert.ok(files.includes(needed), needed);
  }
  const odd = files.filter((name) =>
    /^(src|test|bench|scripts|database|docs\/(?!rules\/)|\.)|\.test\.|(?<!\.d)\.ts$|\.tgz$/.test(name),
  );
  assert.deepEqual(odd, []);
});

test('every pack of the program that is in it is one that the program names, and the other way round', () => {
  const program = readFileSync(join(installed, 'dist/cli.cjs'), 'utf8');
  const named = new Set(program.match(/(?<=")cli\/[\w-]+\.cjs(?=")/g));
  const packs = filesOf(join(installed, 'dist/cli')).filter((name) => name.endsWith('.cjs'));
  assert.ok(named.size > 5);
  assert.deepEqual(packs.map((name) => `cli/${name}`).sort(), [...named].sort());
});

test('no path or name of the machine that built it', () => {
  const telling = [REPOSITORY, `${homedir()}/`, hostname()].filter((text) => text.length > 6);
  for (const name of filesOf(installed)) {
    const text = readFileSync(join(installed, name), 'utf8');
    for (const path of telling) assert.ok(!text.includes(path), `${name} holds ${path}`);
  }
});

test('it needs nothing but Node: no dependency has to be installed', () => {
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>;
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.license, 'MIT');
});

test('npx taskflow-db --version, and the program itself', async () => {
  const npx = await run('npx', ['--offline', 'taskflow-db', '--version'], { cwd: project, env });
  assert.match(npx.stdout, new RegExp(`\\b${version.replaceAll('.', '\\.')}\\b`));
  const help = await run(process.execPath, [join(installed, 'bin/taskflow-db.cjs'), '--help'], { cwd: project, env });
  assert.match(help.stdout, /migrate/);
});

test('the program, installed so, migrates', () =>
  withDatabase(18, async (database) => {
    const program = join(project, 'node_modules/.bin/taskflow-db');
    const options = { cwd: project, env: { ...env, DATABASE_URL: database.url } };
    const migrated = await run(program, ['migrate', '--dir', 'migrations', '--json'], options);
    assert.equal((JSON.parse(migrated.stdout) as { ok: boolean }).ok, true);
    assert.deepEqual(await database.sql("SELECT to_regclass('people')::text"), [['people']]);
  }));

test('the program, installed so, judges migrations with the parser that came along', async () => {
  const program = join(project, 'node_modules/.bin/taskflow-db');
  const options = { cwd: project, env };
  const { stdout } = await run(program, ['lint', '--dir', 'migrations', '--json', '--fail-on', 'never'], options);
  const { basis, summary } = JSON.parse(stdout) as { basis: { source: string }; summary: { files: number } };
  assert.deepEqual([basis.source, summary.files], ['files', 1]);
  assert.match((await run(program, ['lint', '--explain', 'ban-drop-column'], options)).stdout, /DROP COLUMN/);
});

const USE = `import { loadSettings, migrate, openEngine, Problem, renderProblem, rollback, status } from 'taskflow-db';

const events = [];
const settings = loadSettings({ cwd: process.cwd(), env: {}, flags: { directories: ['migrations'] } });
const engine = await openEngine({
  settings, flags: { url: process.argv[2] }, env: {}, cwd: process.cwd(), toolVersion: 'theirs 1.0',
  emit: (event) => events.push(event.kind), signal: new AbortController().signal, live: false, mayCreateEmbedded: false,
  mask: (text) => text, onSecret: () => {},
});
const before = await status(engine);
const run = await migrate(engine, { allowLate: false, singleTransaction: false });
const after = await status(engine);
let problem;
try { await migrate(engine, { allowLate: false, singleTransaction: false, to: '7' }); } catch (error) { problem = error; }
console.log(JSON.stringify({
  before: before.migrations.map((one) => one.state), run: run.migrations.map((one) => one.state), after: after.summary.applied,
  events, problem: problem instanceof Problem && problem.code, text: renderProblem(problem, { width: 80, color: false }),
}));
`;

test('the library, imported by its name, migrates and tells what happens', () =>
  withDatabase(18, async (database) => {
    write('use.mjs', USE);
    const { stdout } = await run(process.execPath, ['use.mjs', database.url], { cwd: project, env });
    const { text, ...told } = JSON.parse(stdout) as { text: string };
    assert.deepEqual(told, {
      before: ['pending'],
      run: ['applied'],
      after: 1,
      events: ['target', 'initialized', 'plan', 'started', 'statement', 'applied'],
      problem: 'version-unknown',
    });
    assert.match(text, /^error\[version-unknown\]: there is no version 7/);
  }));

const KEEP = `import { loadSettings, migrate, openEngine, rollback, status } from 'taskflow-db';
const settings = loadSettings({ cwd: process.cwd(), env: {}, flags: { directories: ['kept'] } });
const engine = await openEngine({
  settings, flags: { url: process.argv[2] }, env: {}, cwd: process.cwd(), toolVersion: 'theirs 1.0',
  emit: () => {}, signal: new AbortController().signal, live: false, mayCreateEmbedded: false, mask: (text) => text, onSecret: () => {},
});
const { migrations } = await migrate(engine, { allowLate: false, singleTransaction: false });
await rollback(engine, { steps: 1 });
console.log(JSON.stringify({ up: migrations.map((one) => one.state), left: (await status(engine)).summary.applied }));
`;

test('the library brings data back, for which it reads SQL with the parser that came along', () =>
  withDatabase(18, async (database) => {
    write('keep.mjs', KEEP);
    write(
      'kept/000_t.sql',
      "-- T\nCREATE TABLE t AS SELECT 1 AS id, text 'kept' AS note;\n-- ROLLBACK:\n-- DROP TABLE t;\n",
    );
    write(
      'kept/001_drop.sql',
      '-- Drop\nALTER TABLE t DROP COLUMN note;\n-- ROLLBACK:\n-- ALTER TABLE t ADD COLUMN note text;\n',
    );
    const { stdout } = await run(process.execPath, ['keep.mjs', database.url], { cwd: project, env });
    assert.deepEqual(JSON.parse(stdout), { up: ['applied', 'applied'], left: 1 });
    assert.deepEqual(await database.sql('SELECT id, note FROM t'), [['1', 'kept']]);
  }));

const CODE = `// Fill t.v
// Kind: data
// Batch: t by id
// Writes: v
import type { DataBatch } from 'taskflow-db';
import { sep } from 'node:path';

export const batch: DataBatch = async (rows) => rows.map(({ id }) => ({ id, v: \`code\${sep}\${id}\` }));
// ROLLBACK:
// UPDATE t SET v = NULL WHERE :batch;
`;

test('a migration of code runs in the thread that came along, from the library and from the program', async () => {
  write('code.mjs', KEEP.replace("'kept'", "'coded'").replace(/^await rollback.*$/m, ''));
  const table =
    'CREATE TABLE t (id int PRIMARY KEY, v text);\nINSERT INTO t VALUES (1), (2);\n-- ROLLBACK:\n-- DROP TABLE t;\n';
  write('coded/000_t.sql', table);
  write('coded/001_fill.ts', CODE);
  const filled = [
    ['1', 'code/1'],
    ['2', 'code/2'],
  ];
  await withDatabase(18, async (database) => {
    const { stdout } = await run(process.execPath, ['code.mjs', database.url], { cwd: project, env });
    assert.deepEqual(JSON.parse(stdout), { up: ['applied', 'applied'], left: 2 });
    assert.deepEqual(await database.sql('SELECT id, v FROM t ORDER BY id'), filled);
  });
  await withDatabase(18, async (database) => {
    const program = join(project, 'node_modules/.bin/taskflow-db');
    const options = { cwd: project, env: { ...env, DATABASE_URL: database.url } };
    await run(program, ['migrate', '--dir', 'coded', '--json'], options);
    assert.deepEqual(await database.sql('SELECT id, v FROM t ORDER BY id'), filled);
  });
});

const TYPED = `import { type Engine, migrate, type MigrateResult, openEngine, planMigrate, Problem, type RunEvent, status } from 'taskflow-db';
import type { EngineInputs } from 'taskflow-db';

export async function up(inputs: EngineInputs): Promise<readonly string[]> {
  const engine: Engine = await openEngine({ ...inputs, emit: (event: RunEvent) => console.error(event.kind) });
  const result: MigrateResult = await migrate(engine, { allowLate: false, singleTransaction: false });
  const { plan } = await planMigrate(engine, { allowLate: true, singleTransaction: false });
  const failed: string | undefined = result.failed?.sqlstate ?? undefined;
  const { summary } = await status(engine);
  const pending: number = summary.pending;
  return [failed ?? '', String(pending), ...plan.warnings, ...result.migrations.map((one) => one.version)];
}

export const codeOf = (error: unknown): string => (error instanceof Problem ? error.code : 'unknown');
`;

for (const [module, moduleResolution] of [
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
]) {
  test(`its types hold under strict, libraries checked, without any other types: ${moduleResolution}`, async () => {
    write('typed.ts', TYPED);
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2022', 'dom'],
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      types: [],
    };
    write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['typed.ts'] }));
    assert.equal(await compile(), '');
    write('typed.ts', `${TYPED}migrate({} as Engine, { allowLate: 'perhaps', singleTransaction: false });\n`);
    assert.match(await compile(), /^typed\.ts.*TS2322: Type 'string' is not assignable to type 'boolean'/m);
  });
}

/** What the compiler complains of in their project. */
async function compile(): Promise<string> {
  const tsc = join(REPOSITORY, 'test/node_modules/typescript/bin/tsc');
  const compiled = run(process.execPath, [tsc, '-p', '.'], { cwd: project, env });
  return (await compiled.catch((error: { stdout: string }) => error)).stdout;
}
