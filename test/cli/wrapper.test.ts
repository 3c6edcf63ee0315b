import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../scripts/db-migrate.sh', import.meta.url));

interface Clone {
  readonly root: string;
  readonly bin: string;
  /** How often npm and the build ran. */
  readonly calls: () => string[];
}

/** A clone in a folder with a space in its name, whose npm, build and tool only tell that they were called. */
function makeClone(npm = 'mkdir -p node_modules; sleep 0.3'): Clone {
  const root = join(realpathSync(mkdtempSync(join(tmpdir(), 'clone-'))), 'a clone');
  const bin = join(root, '../bin');
  for (const folder of ['scripts', 'src', 'bin', '../bin']) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(script, join(root, 'scripts/db-migrate.sh'));
  chmodSync(join(root, 'scripts/db-migrate.sh'), 0o755);
  writeFileSync(join(root, 'src/a.ts'), '');
  writeFileSync(join(root, 'package.json'), '{}');
  writeFileSync(join(root, 'package-lock.json'), '{}');
  writeFileSync(join(root, 'taskflow-db.config.json'), '{}');
  writeFileSync(
    join(root, 'bin/taskflow-db.cjs'),
    'console.log(JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), config: process.env.TASKFLOW_CONFIG }))',
  );
  writeFileSync(
    join(root, 'scripts/build.mjs'),
    "import fs from 'node:fs'; console.log('noise'); fs.appendFileSync('calls', 'build\\n'); fs.mkdirSync('dist', { recursive: true }); fs.writeFileSync('dist/cli.cjs', ''); fs.writeFileSync('dist/.built', '')",
  );
  symlinkSync(process.execPath, join(bin, 'node'));
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\necho noise\necho "npm $*" >>calls\n${npm}\n`);
  chmodSync(join(bin, 'npm'), 0o755);
  const calls = () =>
    existsSync(join(root, 'calls')) ? readFileSync(join(root, 'calls'), 'utf8').trim().split('\n') : [];
  return { root, bin, calls };
}

function envOf({ bin }: Clone, more: Record<string, string> = {}) {
  return { PATH: `${bin}:/usr/bin:/bin`, HOME: join(bin, 'no-home'), ...more };
}

function run(clone: Clone, args: readonly string[] = ['status'], { cwd = clone.root, env = {} } = {}) {
  const result = spawnSync(join(clone.root, 'scripts/db-migrate.sh'), args, {
    cwd,
    encoding: 'utf8',
    env: envOf(clone, env),
  });
  return { ...result, seen: result.status === 0 ? JSON.parse(result.stdout) : undefined };
}

test('the first use installs and builds, says so in one line each, and the second does neither', () => {
  const clone = makeClone();
  const first = run(clone, ['create', 'a b', '--to=3']);
  assert.equal(first.status, 0, first.stderr);
  assert.equal(first.stderr, 'Installing dependencies (first use)...\nBuilding taskflow-db...\n');
  assert.deepEqual(first.seen.args, ['create', 'a b', '--to=3']);
  assert.equal(clone.calls().length, 2);
  assert.match(clone.calls()[0]!, /^npm ci .*--ignore-scripts/);
  const second = run(clone);
  assert.deepEqual([second.stderr, clone.calls().length], ['', 2]);
});

test('a changed lock file installs again, a changed source builds again', () => {
  const clone = makeClone();
  run(clone);
  const later = new Date(Date.now() + 5000);
  utimesSync(join(clone.root, 'src/a.ts'), later, later);
  assert.equal(run(clone).stderr, 'Building taskflow-db...\n');
  writeFileSync(join(clone.root, 'package-lock.json'), '{"new": true}');
  assert.match(run(clone).stderr, /^Installing/);
});

test("it works from any folder, with the clone's configuration unless the folder has its own", () => {
  const clone = makeClone();
  const outside = realpathSync(mkdtempSync(join(tmpdir(), 'elsewhere-')));
  const { seen } = run(clone, [], { cwd: outside });
  assert.deepEqual(seen, { args: [], cwd: outside, config: join(clone.root, 'taskflow-db.config.json') });
  assert.equal(run(clone, [], { cwd: outside, env: { TASKFLOW_CONFIG: 'mine' } }).seen.config, 'mine');
  writeFileSync(join(outside, 'taskflow-db.config.json'), '{}');
  assert.equal(run(clone, [], { cwd: outside }).seen.config, undefined);
  assert.equal(run(clone, []).seen.config, undefined);
});

test('starts at the same time install once, and all succeed', async () => {
  const clone = makeClone();
  const starts = Array.from({ length: 4 }, () =>
    spawn(join(clone.root, 'scripts/db-migrate.sh'), ['status'], { env: envOf(clone), stdio: 'ignore' }),
  );
  const statuses = await Promise.all(
    starts.map((child: ChildProcess) => new Promise((resolve) => child.on('exit', resolve))),
  );
  assert.deepEqual(statuses, [0, 0, 0, 0]);
  assert.equal(clone.calls().length, 2);
});

test('the lock of a start that was killed is taken over', () => {
  const clone = makeClone();
  mkdirSync(join(clone.root, '.build/first-use.lock'), { recursive: true });
  const dead = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim();
  writeFileSync(join(clone.root, '.build/first-use.lock/owner'), `${dead} ${hostname()}\n`);
  const { status, stderr } = run(clone);
  assert.equal(status, 0, stderr);
  assert.equal(existsSync(join(clone.root, '.build/first-use.lock')), false);
});

test("a failed installation shows npm's output, leaves no lock, and is tried again", () => {
  const clone = makeClone('echo "npm error: no network" >&2; exit 1');
  const { status, stdout, stderr } = run(clone);
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, /npm error: no network/);
  writeFileSync(join(clone.bin, 'npm'), '#!/bin/sh\nmkdir -p node_modules\n');
  assert.equal(run(clone).status, 0);
});

test('Node that is too old, or missing, is explained', () => {
  const clone = makeClone();
  const old = join(clone.bin, 'old');
  mkdirSync(old);
  writeFileSync(join(old, 'node'), '#!/bin/sh\necho 18.19.0\n');
  chmodSync(join(old, 'node'), 0o755);
  // A folder with the few programs the script needs, so that no other Node is found.
  for (const name of ['sh', 'dirname', 'uname', 'cat', 'find', 'head', 'cksum', 'mkdir', 'rm'])
    symlinkSync(`/bin/${name}`, join(old, name));
  const start = (path: string) =>
    spawnSync('/bin/sh', [join(clone.root, 'scripts/db-migrate.sh')], { encoding: 'utf8', env: { PATH: path } });
  const tooOld = start(old);
  assert.equal(tooOld.status, 2);
  assert.match(tooOld.stderr, /Node 18\.19\.0 .* is too old.*20\.19/);
  rmSync(join(old, 'node'));
  const missing = start(old);
  assert.equal(missing.status, 2);
  assert.match(missing.stderr, /Node\.js is not installed.*20\.19/);
});
