import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { changeFiles, type FileChange } from '../../src/files/change-set.ts';
import { Problem } from '../../src/problem/problem.ts';

type At = (name: string) => string;

/** A folder with `a`, `b` and `c`, each holding its name. */
function withFolder(body: (at: At, contents: () => Record<string, string>) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'tfset-'));
  try {
    for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, name), name);
    const contents = () =>
      Object.fromEntries(
        readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .sort()
          .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
      );
    body((name) => join(folder, name), contents);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const create = (at: At, name: string, content = 'new'): FileChange => ({
  kind: 'create',
  path: at(name),
  shown: name,
  content,
});
const replace = (at: At, name: string, before = name): FileChange => ({
  kind: 'replace',
  path: at(name),
  shown: name,
  content: `${name}!`,
  before: Buffer.from(before),
});
const move = (at: At, name: string, to: string, content?: string): FileChange => ({
  kind: 'move',
  path: at(name),
  to: at(to),
  shown: name,
  shownTo: to,
  ...(content === undefined ? {} : { content, before: Buffer.from(name) }),
});

test('all changes are made, and nothing else is left', () =>
  withFolder((at, contents) => {
    chmodSync(at('b'), 0o640);
    chmodSync(at('c'), 0o755);
    changeFiles([create(at, 'new/d'), replace(at, 'b'), move(at, 'a', 'a2'), move(at, 'c', 'c2', 'c!')]);
    assert.deepEqual(contents(), { a2: 'a', b: 'b!', c2: 'c!', 'new/d': 'new' });
    assert.deepEqual([statSync(at('b')).mode & 0o777, statSync(at('c2')).mode & 0o777], [0o640, 0o755]);
  }));

const FAULTS: Readonly<Record<string, { fault: (at: At) => FileChange; said: RegExp }>> = {
  'a new file is there already': { fault: (at) => create(at, 'c'), said: /cannot write c: it is there already/ },
  'a new name is taken': { fault: (at) => move(at, 'c', 'd0'), said: /cannot write d0: it is there already/ },
  'a file is not what was read': { fault: (at) => replace(at, 'c', 'other'), said: /c was changed while it was read/ },
  'a file is gone': { fault: (at) => replace(at, 'z'), said: /cannot write z: it does not exist/ },
  'a file that is to move is gone': { fault: (at) => move(at, 'z', 'y'), said: /cannot write z: it does not exist/ },
  'a folder is a file': { fault: (at) => create(at, 'c/d'), said: /cannot write c\/d: / },
};

for (const [name, { fault, said }] of Object.entries(FAULTS)) {
  test(`nothing is changed where ${name}`, () =>
    withFolder((at, contents) => {
      const others = [create(at, 'd0'), replace(at, 'b'), move(at, 'a', 'a2', 'a!')];
      const before = contents();
      for (const changes of [
        [...others, fault(at)],
        [others[0]!, fault(at), others[1]!],
      ]) {
        assert.throws(
          () => changeFiles(changes),
          (problem) => {
            assert(problem instanceof Problem);
            assert.match(problem.message, said);
            assert.equal(problem.fields.state, 'Nothing was written.');
            return true;
          },
        );
        assert.deepEqual(contents(), before);
      }
    }));
}

test('a name that one change gives up may be taken by the next', () =>
  withFolder((at, contents) => {
    changeFiles([move(at, 'a', 'x'), move(at, 'b', 'a', 'b!')]);
    assert.deepEqual(contents(), { a: 'b!', c: 'c', x: 'a' });
    assert(!existsSync(at('b')));
  }));
