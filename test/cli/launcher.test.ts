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
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../bin/taskflow-db.cjs', import.meta.url));

/** A file of dist/ as the build writes it, with these chunks: name → code. */
function pack(build: string, chunks: Record<string, string>, packs: Record<string, string> = {}): string {
  const functions = Object.entries(chunks).map(
    ([name, code]) => `${JSON.stringify(name)}: function (module, exports, require, __dirname) {\n${code}\n},`,
  );
  return `//build ${build}\n({ entry: 'main', packs: ${JSON.stringify(packs)}, chunks: {\n${functions.join('\n')}\n} })\n`;
}

/** A package with the real launcher and a small program in place of the CLI. */
function makePackage(program: string) {
  const root = mkdtempSync(join(tmpdir(), 'launcher-'));
  for (const folder of ['bin', 'dist', 'dist/cli', 'home']) mkdirSync(join(root, folder));
  copyFileSync(launcher, join(root, 'bin/taskflow-db.cjs'));
  const write = (text: string, file = 'cli.cjs') => writeFileSync(join(root, 'dist', file), text);
  write(program);
  const cache = join(root, 'home/.cache/taskflow-db/code');
  const run = (env: Record<string, string> = { HOME: join(root, 'home') }) =>
    spawnSync(process.execPath, [join(root, 'bin/taskflow-db.cjs'), 'x'], { encoding: 'utf8', env });
  return { root, cache, run, write };
}

const PROGRAM = pack('00000000000000aa', { main: 'console.log("one", process.argv[2]);' });

/** The files of compiled code. */
function cached(cache: string): string[] {
  return readdirSync(cache, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test('the program runs with and without a cache of its code', () => {
  const { cache, run } = makePackage(PROGRAM);
  for (let time = 0; time < 3; time++) assert.equal(run().stdout, 'one x\n');
  assert.equal(cached(cache).length, 1);
  for (const folder of [cache, dirname(cached(cache)[0]!)]) assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(run({}).stdout, 'one x\n');
});

test('a failed run is not cached: it has not used all of the code', () => {
  const { cache, run, write } = makePackage(pack('aa', { main: 'process.exit(1)' }));
  assert.equal(run().status, 1);
  assert.equal(existsSync(cache), false);
  write(pack('aa', { main: 'process.exit(3)' }));
  assert.equal(run().status, 3);
  assert.equal(cached(cache).length, 1);
});

test("another build is never run from the old one's cache, though it has the same length", () => {
  const { run, write } = makePackage(PROGRAM);
  run();
  write(PROGRAM.replace('aa\n', 'bb\n').replace('"one"', '"two"'));
  assert.equal(run().stdout, 'two x\n');
  assert.equal(run().stdout, 'two x\n');
});

test('a broken cache, or one that others may write to, is not used', () => {
  const { cache, run } = makePackage(PROGRAM);
  run();
  const file = cached(cache)[0]!;
  writeFileSync(file, 'rubbish');
  assert.equal(run().stdout, 'one x\n');
  assert.notEqual(readFileSync(file, 'latin1'), 'rubbish');
  writeFileSync(file, 'rubbish');
  chmodSync(dirname(file), 0o777);
  const { status, stdout } = run();
  assert.deepEqual([status, stdout], [0, 'one x\n']);
  assert.equal(readFileSync(file, 'latin1'), 'rubbish');
});

test('where nothing can be cached it still runs, silently', () => {
  const { root, run } = makePackage(PROGRAM);
  writeFileSync(join(root, 'home/.cache'), 'a file where a folder should be');
  const { stdout, stderr } = run();
  assert.deepEqual([stdout, stderr], ['one x\n', '']);
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

const TWO_PACKS = pack(
  '00000000000000cc',
  { main: 'console.log(__dirname.endsWith("dist")); if (process.env.MORE) console.log(require("./more").said);' },
  { more: 'cli/more.cjs', again: 'cli/more.cjs' },
);
const MORE = pack('00000000000000dd', {
  more: 'exports.said = [require("./again") === require("./again"), require("./again").said, typeof require("node:fs")].join();',
  again: 'exports.said = Math.random() < 2; console.log("again");',
});

test('a pack is read when a chunk of it is asked for, a chunk runs once, and each pack has its own cache', () => {
  const { root, cache, run, write } = makePackage(TWO_PACKS);
  write(MORE, 'cli/more.cjs');
  const env = { HOME: join(root, 'home') };
  assert.equal(run(env).stdout, 'true\n');
  assert.equal(cached(cache).length, 1);
  for (let time = 0; time < 3; time++) {
    assert.equal(run({ ...env, MORE: '1' }).stdout, 'true\nagain\ntrue,true,object\n');
    assert.equal(cached(cache).length, 2);
  }
});

test('a pack that is gone is named, and what to do', () => {
  const { root, run } = makePackage(TWO_PACKS);
  const { status, stderr } = run({ HOME: join(root, 'home'), MORE: '1' });
  assert.equal(status, 1);
  assert.match(stderr, /more\.cjs cannot be read \(ENOENT\).*npm run build/);
});

test('flags of V8 that the program sets, as the parser of src/parser does, do not spoil its cache', () => {
  const parser = readFileSync(new URL('../../src/parser/parser.ts', import.meta.url), 'utf8');
  const flags = [...parser.matchAll(/setFlagsFromString\((.*)\)/g)].map(([call]) => `require("node:v8").${call};`);
  assert.ok(flags.length > 0);
  const { cache, run } = makePackage(pack('00000000000000ee', { main: flags.join(' ') }));
  const inodeAfterRun = () => {
    assert.equal(run().status, 0);
    return statSync(cached(cache)[0]!).ino;
  };
  assert.equal(inodeAfterRun(), inodeAfterRun());
});

test('the caches of other builds go away a day after they were made', () => {
  const { cache, run, write } = makePackage(PROGRAM);
  run();
  const [old] = readdirSync(cache);
  write(PROGRAM.replace('aa\n', 'bb\n'));
  run();
  assert.equal(readdirSync(cache).length, 2);
  utimesSync(join(cache, old!), 0, 0);
  write(PROGRAM.replace('aa\n', 'cc\n'));
  run();
  assert.equal(readdirSync(cache).length, 2);
  assert.equal(existsSync(join(cache, old!)), false);
});
