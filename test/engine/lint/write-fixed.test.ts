/** A file that is fixed stays the file it was, in all but its text. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeFixed } from '../../../src/engine/lint/write-fixed.ts';
import { parseMigration } from '../../../src/migration/parse.ts';
import { Problem } from '../../../src/problem/problem.ts';

const SQL = 'SELECT 1;\n-- IRREVERSIBLE: a case\n';
const ADDED = { name: '003_more.sql', text: 'SELECT 2;\n', title: 'more' };

function inFolder(content: string, use: (cwd: string, fix: (text: string) => string[]) => void): void {
  const cwd = mkdtempSync(join(tmpdir(), 'taskflow-write-fixed-'));
  try {
    writeFileSync(join(cwd, '002_case.sql'), content);
    const judged = parseMigration({ file: '002_case.sql', stem: '002_case', bytes: Buffer.from(content) });
    use(cwd, (text) => writeFixed(cwd, judged, { text, added: [ADDED], written: [], left: [] }));
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

test('line breaks, byte order mark and permissions are kept', () =>
  inFolder(`\uFEFF${SQL.replaceAll('\n', '\r\n')}`, (cwd, fix) => {
    const path = join(cwd, '002_case.sql');
    chmodSync(path, 0o600);
    assert.deepEqual(fix('SELECT 3;\nSELECT 4;\n'), ['003_more.sql']);
    assert.equal(readFileSync(path, 'utf8'), '\uFEFFSELECT 3;\r\nSELECT 4;\r\n');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(readFileSync(join(cwd, '003_more.sql'), 'utf8'), '\uFEFFSELECT 2;\r\n', 'and those of what is added');
  }));

test('a file that somebody has changed since is left as it is, and nothing is added', () =>
  inFolder(SQL, (cwd, fix) => {
    writeFileSync(join(cwd, '002_case.sql'), 'SELECT 5;\n');
    assert.throws(() => fix('SELECT 3;\n'), Problem);
    assert.deepEqual(readdirSync(cwd), ['002_case.sql']);
    assert.equal(readFileSync(join(cwd, '002_case.sql'), 'utf8'), 'SELECT 5;\n');
  }));

test('where one file cannot be written, those that were added go again', () =>
  inFolder(SQL, (cwd, fix) => {
    const both = [
      { ...ADDED, name: '004_a.sql' },
      { ...ADDED, name: '005_b.sql' },
    ];
    mkdirSync(join(cwd, '005_b.sql'));
    const judged = parseMigration({ file: '002_case.sql', stem: '002_case', bytes: Buffer.from(SQL) });
    assert.throws(() => writeFixed(cwd, judged, { text: 'SELECT 3;\n', added: both, written: [], left: [] }), Problem);
    assert.deepEqual(readdirSync(cwd).sort(), ['002_case.sql', '005_b.sql']);
    assert.deepEqual(fix(SQL), ['003_more.sql']);
  }));
