/** Whatever is killed while a squash is written: the old files are whole, or the squash is there and the rest can be done. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { finishSquash, isUnfinished, type SquashFiles, writeSquash } from '../../src/files/squash-files.ts';

const LOADER = new URL('../node_modules/tsx/dist/loader.mjs', import.meta.url).href;

const OLD = { '001_a.sql': 'SELECT 1;\r\n', '002_b.sql': 'SELECT 2;\n', '003_kept.sql': 'SELECT 3;\n' };

function withFolder(body: (files: SquashFiles, folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'tfsquash-'));
  try {
    for (const [name, text] of Object.entries(OLD)) writeFileSync(join(folder, name), text);
    const folded = ['001_a.sql', '002_b.sql'].map((name) => ({
      path: join(folder, name),
      bytes: readFileSync(join(folder, name)),
    }));
    const archive = join(folder, 'squashed', '003_squash');
    const kept = [{ path: join(folder, '003_kept.sql'), text: `-- Depends: 003_squash\n${OLD['003_kept.sql']}` }];
    body(
      { path: join(folder, '003_squash.sql'), text: 'SELECT 12;\n', archive, readme: 'Why\n', folded, kept },
      folder,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const filesIn = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true })
      .filter((one) => one.isFile() && one.name.endsWith('.sql'))
      .map(({ name }) => [name, readFileSync(join(folder, name), 'utf8')]),
  );

const NEW = { '003_kept.sql': '-- Depends: 003_squash\nSELECT 3;\n', '003_squash.sql': 'SELECT 12;\n' };

function assertNew({ archive }: SquashFiles, folder: string): void {
  assert.deepEqual(filesIn(folder), NEW);
  assert.deepEqual(readdirSync(archive).sort(), ['001_a.sql', '002_b.sql', 'README.md']);
  assert.equal(readFileSync(join(archive, '001_a.sql'), 'utf8'), OLD['001_a.sql']);
  assert.deepEqual(readdirSync(join(folder, 'squashed')), ['003_squash']);
}

test('the folded files are in the archive, byte for byte, and the squash is in their place', () =>
  withFolder((files, folder) => {
    writeSquash(files);
    assertNew(files, folder);
  }));

/** Runs it in a process of its own that is killed behind that step. */
function killedBehind(step: number, files: SquashFiles, folder: string) {
  mkdirSync(join(folder, 'apart'));
  const file = join(folder, 'apart', 'files.json');
  const folded = files.folded.map(({ path, bytes }) => ({ path, bytes: Buffer.from(bytes).toString() }));
  writeFileSync(file, JSON.stringify({ ...files, folded }));
  const program = join(import.meta.dirname, 'squash-killed.ts');
  return spawnSync(process.execPath, ['--import', LOADER, program, file, String(step)], { encoding: 'utf8' });
}

const STEPS = 6;

test('it has six steps', () =>
  withFolder((files, folder) => {
    assert.equal(killedBehind(99, files, folder).stdout, `${STEPS} steps\n`);
  }));

for (let step = 1; step <= STEPS; step++)
  test(`killed behind step ${step} of ${STEPS}: the old state, or the new one once it is finished`, () =>
    withFolder((files, folder) => {
      assert.equal(killedBehind(step, files, folder).signal, 'SIGKILL');
      if (!existsSync(files.path)) {
        assert.deepEqual(filesIn(folder), OLD);
        writeSquash(files);
      } else if (isUnfinished(files.archive)) finishSquash(files.archive);
      assertNew(files, folder);
    }));

test('a disk that is full leaves the old state, and nothing beside it', () =>
  withFolder((files, folder) => {
    const full = () => {
      throw new Error('no space left');
    };
    assert.throws(() => writeSquash(files, { write: full, remove: full, rename: full }), /no space left/);
    assert.deepEqual(filesIn(folder), OLD);
    assert.deepEqual(readdirSync(join(folder, 'squashed')), []);
  }));
