import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databaseOfFolder } from '../../src/backup/database-of-folder.ts';
import { chooseEntries, readDumpContents } from '../../src/backup/dump-contents.ts';
import { folderOfDatabase } from '../../src/backup/folder-name.ts';

const LIST = `;
; Archive created at 2026-11-23
216; 1259 100 TABLE public users ada
;\tdepends on: 4
217; 1259 101 TABLE public users of ada ada
218; 1259 102 TABLE public orders ada
219; 1259 103 SEQUENCE public orders_id_seq ada
;\tdepends on: 218
220; 0 0 SEQUENCE OWNED BY public orders_id_seq ada
;\tdepends on: 219
221; 1259 104 VIEW public totals ada
;\tdepends on: 218
300; 0 100 TABLE DATA public users ada
;\tdepends on: 216
301; 0 102 TABLE DATA public orders ada
;\tdepends on: 218
302; 0 0 SEQUENCE SET public orders_id_seq ada
;\tdepends on: 219
310; 2606 105 CONSTRAINT public orders orders_pkey ada
;\tdepends on: 218
311; 1259 106 INDEX public orders_n ada
;\tdepends on: 218
312; 2606 107 FK CONSTRAINT public orders orders_user_fkey ada
;\tdepends on: 218 216
`;

const table = (name: string, isThere: boolean) => ({ schema: 'public', name, isThere });
const ALL = [
  { schema: 'public', name: 'users' },
  { schema: 'public', name: 'orders' },
  { schema: 'public', name: 'users of ada' },
];
const ids = (lines: readonly string[]) => lines.map((line) => Number.parseInt(line, 10));

test('of a table that is there only the rows are taken', () => {
  const chosen = chooseEntries(readDumpContents(LIST), [table('orders', true), table('users', true)], () => true, ALL);
  assert.deepEqual(ids(chosen.lines), [301, 300]);
});

test('of a missing table all that belongs to it is taken, and no view', () => {
  const isThere = ({ name }: { name: string }) => name === 'users';
  const chosen = chooseEntries(readDumpContents(LIST), [table('orders', false)], isThere, ALL);
  assert.deepEqual(ids(chosen.lines), [218, 219, 220, 301, 310, 311, 312]);
});

test('a key to a table that is nowhere is left out; one to a table that is made too is not', () => {
  const entries = readDumpContents(LIST);
  const alone = chooseEntries(entries, [table('orders', false)], () => false, ALL);
  assert.deepEqual(alone.leftOut, ['FK CONSTRAINT public orders orders_user_fkey ada']);
  assert.deepEqual(ids(alone.lines), [218, 219, 220, 301, 310, 311]);
  const both = chooseEntries(entries, [table('users', false), table('orders', false)], () => false, ALL);
  assert.deepEqual(ids(both.lines), [216, 218, 219, 220, 300, 301, 310, 311, 312]);
});

test('a name that is the beginning of another is not taken for it', () => {
  const chosen = chooseEntries(
    readDumpContents(LIST),
    [table('users of ada', false), table('none', false)],
    () => false,
    ALL,
  );
  assert.deepEqual(ids(chosen.lines), [217]);
  assert.deepEqual(
    chosen.unknown.map(({ name }) => name),
    ['none'],
  );
});

test('the folder of a database tells its name again, and a folder of somebody else none', () => {
  for (const name of ['orders', 'Orders', 'a/b', '..', '.', 'ü "x" %41', '\\', 'con', ' '])
    assert.equal(databaseOfFolder(folderOfDatabase(name)), name);
  for (const folder of ['a b', 'x.partial', '%zz', '%41', 'ü', ''])
    assert.equal(databaseOfFolder(folder), undefined, folder);
});
