import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databaseOfFolder } from '../../src/backup/database-of-folder.ts';
import { folderOfDatabase } from '../../src/backup/folder-name.ts';

test('the folder of a database tells its name again, and a folder of somebody else none', () => {
  for (const name of ['orders', 'Orders', 'a/b', '..', '.', 'ü "x" %41', '\\', 'con', ' '])
    assert.equal(databaseOfFolder(folderOfDatabase(name)), name);
  for (const folder of ['a b', 'x.partial', '%zz', '%41', 'ü', ''])
    assert.equal(databaseOfFolder(folder), undefined, folder);
});
