/** What is found in the folders of migrations, and what is wrong with them, all at once. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs, { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readFolders, refuseComplaints } from '../../src/files/folders.ts';
import { Problem } from '../../src/problem/problem.ts';

async function inFolder(body: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tffolders-'));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function write(folder: string, ...names: string[]): void {
  for (const name of names) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), `SELECT '${name}';\n`);
  }
}

const read = (folder: string, ...names: string[]) =>
  readFolders(
    names.map((name) => join(folder, name)),
    folder,
  );

test('the .sql files of each folder, with paths as people write them; all else is none of ours', () =>
  inFolder((folder) => {
    write(folder, 'm/002_b.sql', 'm/001_a.sql', 'm/notes.md', 'm/.003_hidden.sql', 'm/sub/004_c.sql', 'n/010_n.sql');
    const { files, complaints } = read(folder, 'm', 'n');
    assert.deepEqual(complaints, []);
    assert.deepEqual(
      files.map((one) => [one.version, one.number, one.name, one.file]),
      [
        ['001_a', 1n, 'a', 'm/001_a.sql'],
        ['002_b', 2n, 'b', 'm/002_b.sql'],
        ['010_n', 10n, 'n', 'n/010_n.sql'],
      ],
    );
  }));

test('paths are relative to where one stands, absolute where that would climb', () =>
  inFolder((folder) => {
    write(folder, 'm/001_a.sql');
    const shown = (cwd: string) => readFolders([join(folder, 'm')], cwd).files[0]?.file;
    assert.equal(shown(folder), 'm/001_a.sql');
    assert.equal(shown(join(folder, 'm')), '001_a.sql');
    assert.equal(shown(join(folder, 'other')), join(folder, 'm/001_a.sql'));
  }));

test('the checksum is that of sha256sum; CRLF and a byte order mark do not count', () =>
  inFolder((folder) => {
    write(folder, 'm/001_a.sql');
    const sum = execFileSync('sha256sum', [join(folder, 'm/001_a.sql')])
      .toString()
      .slice(0, 64);
    const checksum = () => read(folder, 'm').files[0]?.checksum;
    assert.equal(checksum(), sum);
    writeFileSync(join(folder, 'm/001_a.sql'), "\ufeffSELECT 'm/001_a.sql';\r\n");
    assert.equal(checksum(), sum);
    const crlf = read(folder, 'm').files[0]?.checksumWithCrlf();
    writeFileSync(join(folder, 'crlf'), "SELECT 'm/001_a.sql';\r\n");
    assert.equal(
      crlf,
      execFileSync('sha256sum', [join(folder, 'crlf')])
        .toString()
        .slice(0, 64),
    );
  }));

test('what was hashed is what is run: a change behind the reading is not seen', () =>
  inFolder((folder) => {
    write(folder, 'm/001_a.sql');
    const [file] = read(folder, 'm').files;
    writeFileSync(join(folder, 'm/001_a.sql'), 'DROP TABLE a;\n');
    assert.equal(file?.load().text, "SELECT 'm/001_a.sql';\n");
    assert.equal(file?.load(), file?.load());
  }));

test('everything that is wrong is told at once, and refused as one', () =>
  inFolder((folder) => {
    write(folder, 'm/001_a.sql', 'm/no number.sql', 'm/008_h.SQL', 'm/002_b.sql', 'n/002_b.sql', 'elsewhere.sql');
    symlinkSync('../elsewhere.sql', join(folder, 'm/003_link.sql'));
    mkdirSync(join(folder, 'm/004_folder.sql'));
    execFileSync('mkfifo', [join(folder, 'm/005_pipe.sql')]);
    symlinkSync('nowhere', join(folder, 'm/006_broken.sql'));
    write(folder, 'm/007_huge.sql');
    truncateSync(join(folder, 'm/007_huge.sql'), 1024 * 1024 * 1024 + 1);
    const found = read(folder, 'm', 'n');
    assert.deepEqual(
      found.complaints.map((one) => one.code),
      [...Array(5).fill('file-unreadable'), 'file-name', 'file-name', 'catalogue'],
    );
    const told = found.complaints.map((one) => `${one.message} ${one.fields.found ?? ''}`).join('\n');
    for (const what of [
      /m\/003_link\.sql: it is a symbolic link/,
      /m\/004_folder\.sql: it is not a regular file/,
      /m\/005_pipe\.sql: it is not a regular file/,
      /m\/006_broken\.sql: it is a symbolic link/,
      /m\/007_huge\.sql: it is larger than 1 GiB/,
      /m\/002_b\.sql, n\/002_b\.sql/,
    ]) {
      assert.match(told, what);
    }
    assert.throws(
      () => refuseComplaints(found),
      (problem: Problem) => problem.fields.also?.length === 8 && problem.code === 'catalogue',
    );
  }));

test('a folder without faults is taken as it is', () =>
  inFolder((folder) => {
    write(folder, 'm/001_a.sql');
    const found = read(folder, 'm');
    assert.equal(refuseComplaints(found), found.files);
  }));

test('a folder that is not there, or none, is refused by its name', () =>
  inFolder((folder) => {
    write(folder, 'file');
    for (const [name, why] of [
      ['gone', 'it does not exist'],
      ['file', 'it is not a folder'],
    ] as const) {
      assert.throws(
        () => read(folder, name),
        (problem: Problem) =>
          problem instanceof Problem &&
          problem.code === 'folder-unreadable' &&
          problem.message.endsWith(`${name}: ${why}`),
      );
    }
  }));

test('a file that grows, shrinks or is overwritten while it is read is refused: half of it may be SQL, too', (context) =>
  inFolder((folder) => {
    const path = join(folder, 'm/001_a.sql');
    for (const change of [
      () => appendFileSync(path, 'DROP TABLE a;\n'),
      () => truncateSync(path, 5),
      () => writeFileSync(path, "SELECT 'm/001_b.sql';\n"),
    ]) {
      write(folder, 'm/001_a.sql');
      const readSync = fs.readSync;
      const hooked = context.mock.method(fs, 'readSync', (...args: Parameters<typeof readSync>) => {
        const read = readSync(...args);
        change();
        return read;
      });
      syncBuiltinESMExports();
      const { files, complaints } = read(folder, 'm');
      hooked.mock.restore();
      syncBuiltinESMExports();
      assert.deepEqual(
        [files.length, complaints.map((one) => one.message)],
        [0, ['m/001_a.sql was changed while it was read']],
      );
    }
  }));
