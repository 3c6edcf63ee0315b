import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../bin/taskflow-db.cjs', import.meta.url));

/** A package with the real launcher and a small program in place of the CLI. */
function makePackage(program: string) {
  const root = mkdtempSync(join(tmpdir(), 'launcher-'));
  for (const folder of ['bin', 'dist', 'home']) mkdirSync(join(root, folder));
  copyFileSync(launcher, join(root, 'bin/taskflow-db.cjs'));
  const write = (text: string) => writeFileSync(join(root, 'dist/cli.cjs'), text);
  write(program);
  const cache = join(root, 'home/.cache/taskflow-db/code');
  const run = (env: Record<string, string> = { HOME: join(root, 'home') }) =>
    spawnSync(process.execPath, [join(root, 'bin/taskflow-db.cjs'), 'x'], { encoding: 'utf8', env });
  return { root, cache, run, write };
}

const PROGRAM =
  '//build 00000000000000aa\n"use strict"; console.log("one", process.argv[2], __filename.endsWith("cli.cjs"));';

test('the program runs with and without a cache of its code', () => {
  const { cache, run } = makePackage(PROGRAM);
  for (let time = 0; time < 3; time++) assert.equal(run().stdout, 'one x true\n');
  assert.equal(readdirSync(cache).length, 1);
  assert.equal(statSync(cache).mode & 0o777, 0o700);
  assert.equal(run({}).stdout, 'one x true\n');
});

test('a failed run is not cached: it has not used all of the code', () => {
  const { cache, run, write } = makePackage('process.exit(1)');
  assert.equal(run().status, 1);
  assert.equal(existsSync(cache), false);
  write('process.exit(3)');
  assert.equal(run().status, 3);
  assert.equal(readdirSync(cache).length, 1);
});

test("another build is never run from the old one's cache, though it has the same length", () => {
  const { run, write } = makePackage(PROGRAM);
  run();
  write(PROGRAM.replace('aa\n', 'bb\n').replace('"one"', '"two"'));
  assert.equal(run().stdout, 'two x true\n');
  assert.equal(run().stdout, 'two x true\n');
});

test('a broken cache, or one that others may write to, is not used', () => {
  const { cache, run } = makePackage(PROGRAM);
  run();
  const [name] = readdirSync(cache);
  const file = join(cache, name!);
  writeFileSync(file, 'rubbish');
  assert.equal(run().stdout, 'one x true\n');
  assert.notEqual(readFileSync(file, 'latin1'), 'rubbish');
  writeFileSync(file, 'rubbish');
  chmodSync(cache, 0o777);
  const { status, stdout } = run();
  assert.deepEqual([status, stdout], [0, 'one x true\n']);
  assert.equal(readFileSync(file, 'latin1'), 'rubbish');
});

test('where nothing can be cached it still runs, silently', () => {
  const { root, run } = makePackage(PROGRAM);
  writeFileSync(join(root, 'home/.cache'), 'a file where a folder should be');
  const { stdout, stderr } = run();
  assert.deepEqual([stdout, stderr], ['one x true\n', '']);
});

test('a program that was never built is explained', () => {
  const { root } = makePackage(PROGRAM);
  const lonely = mkdtempSync(join(tmpdir(), 'launcher-'));
  mkdirSync(join(lonely, 'bin'));
  copyFileSync(join(root, 'bin/taskflow-db.cjs'), join(lonely, 'bin/taskflow-db.cjs'));
  const { status, stderr } = spawnSync(process.execPath, [join(lonely, 'bin/taskflow-db.cjs')], { encoding: 'utf8' });
  assert.equal(status, 2);
  assert.match(stderr, /npm run build/);
});
