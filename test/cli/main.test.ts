import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const loader = new URL('../node_modules/tsx/dist/loader.mjs', import.meta.url).href;
const node = ['--import', loader, main];

function run(args: readonly string[], { cwd = process.cwd(), env = {} } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
  });
  return { status, stdout, stderr };
}

test('a mistake is told on stderr with status 2, without a stack', () => {
  const { status, stdout, stderr } = run(['migrat']);
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^error\[usage\]: there is no command "migrat"/);
  assert.doesNotMatch(stderr, /\n {4}at /);
});

test('under --json a mistake is one document on stdout', () => {
  const { status, stdout, stderr } = run(['migrate', '--json', '--alow-late']);
  assert.equal(status, 2);
  assert.equal(stderr, '');
  const document = JSON.parse(stdout);
  assert.equal(document.ok, false);
  assert.equal(document.problem.code, 'usage');
});

test('help and version go to stdout; a bare call shows help as talk and is wrong usage', () => {
  const version = run(['--version']);
  assert.match(version.stdout, /^taskflow-db \d+\.\d+\.\d+/);
  assert.deepEqual(run(['version']).stdout, version.stdout);
  assert.equal(JSON.parse(run(['version', '--json']).stdout).node, process.versions.node);
  assert.match(run(['help', 'db', 'start']).stdout, /^taskflow-db db start/);
  const bare = run([]);
  assert.deepEqual([bare.status, bare.stdout], [2, '']);
  assert.match(bare.stderr, /Commands:/);
});

test('colour follows NO_COLOR, FORCE_COLOR and --no-color', () => {
  const colored = (args: string[], env: Record<string, string>) => run(args, { env }).stdout.includes('\u001b[');
  assert.equal(colored(['-h'], {}), false);
  assert.equal(colored(['-h'], { FORCE_COLOR: '1' }), true);
  assert.equal(colored(['-h'], { FORCE_COLOR: '1', NO_COLOR: '1' }), false);
  assert.equal(colored(['-h', '--no-color'], { FORCE_COLOR: '1' }), false);
});

test('the versions for completions are names of files in the folders of the configuration', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'versions-'));
  mkdirSync(join(cwd, 'sql'));
  for (const name of ['002_b.sql', '001_a.sql', '10-c.sql', 'README.md', 'x_y.sql', '003_$(evil).sql']) {
    writeFileSync(join(cwd, 'sql', name), '');
  }
  writeFileSync(join(cwd, 'taskflow-db.config.json'), '{"directories": ["sql", "none"]}');
  assert.equal(run(['__versions'], { cwd }).stdout, '001_a\n002_b\n10-c\n');
});

test('a reader that goes away is no error', async () => {
  const child = spawn(process.execPath, [...node, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const status = await new Promise((resolve) => child.on('close', resolve));
  assert.deepEqual([status, stderr], [0, '']);
});

test('a full disk behind stdout does not go unnoticed as success', () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [...node, '--help'], {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  });
  closeSync(full);
  assert.equal(status, 1);
  assert.match(stderr, /ENOSPC|space/);
});

test('a password in a message is hidden', () => {
  const { stderr } = run(['postgres://bob:s3cret@host/db']);
  assert.match(stderr, /bob:\*\*\*@host/);
  assert.doesNotMatch(stderr, /s3cret/);
});

test('the completion of a shell is written to stdout, ready to be sourced', () => {
  const { status, stdout, stderr } = run(['completion', 'bash']);
  assert.deepEqual([status, stderr], [0, '']);
  const sourced = spawnSync('bash', ['-c', `${stdout}\ncomplete -p taskflow-db`], { encoding: 'utf8' });
  assert.equal(sourced.stdout, 'complete -F _taskflow_db taskflow-db\n', sourced.stderr);
});
