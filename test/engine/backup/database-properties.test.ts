import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDatabaseSql, propertyStatements } from '../../../src/engine/backup/database-properties.ts';
import { markOfRestoring, nameWith, restoringMark, restoringName } from '../../../src/engine/backup/restoring-name.ts';

interface Locale {
  collate: string;
  ctype: string;
  provider: string | null;
  locale: string | null;
  icuRules: string | null;
}

const PLAIN: Locale = { collate: 'C.UTF-8', ctype: 'C.UTF-8', provider: 'c', locale: null, icuRules: null };

test('a database is made as its source was, in the words that the server knows', () => {
  const of = (more: Partial<Locale>, version: number) =>
    createDatabaseSql('d"', 'UTF8', { ...PLAIN, ...more }, version);
  const start = `CREATE DATABASE "d""" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'`;
  assert.equal(of({ provider: null }, 140000), start);
  assert.equal(of({}, 150000), `${start} LOCALE_PROVIDER libc STRATEGY wal_log`);
  assert.equal(
    of({ provider: 'i', locale: 'de' }, 150000),
    `${start} LOCALE_PROVIDER icu ICU_LOCALE 'de' STRATEGY wal_log`,
  );
  assert.match(of({ provider: 'i', locale: 'de', icuRules: '&a < g' }, 160000), /ICU_LOCALE 'de' ICU_RULES '&a < g'/);
  assert.match(of({ provider: 'b', locale: 'C.UTF-8' }, 170000), /LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'/);
  assert.match(of({ provider: 'b', locale: 'C.UTF-8' }, 160000), /LOCALE_PROVIDER libc/);
});

test('settings and privileges are given as they were written down', () => {
  const properties = {
    ...PLAIN,
    owner: 'ada',
    connectionLimit: 5,
    comment: "it's",
    settings: [
      { role: null, setting: 'search_path="$user", public' },
      { role: 'b ob', setting: 'my.x=a=b' },
    ],
    privileges: ['=T/ada', 'ada=CTc/ada', '"o ""dd"=c*/ada'],
  };
  assert.deepEqual(propertyStatements('d', properties, 'root').flat(), [
    `SELECT pg_catalog.set_config('search_path', '"$user", public', true)`,
    'ALTER DATABASE "d" SET "search_path" FROM CURRENT',
    `ALTER ROLE "b ob" IN DATABASE "d" SET "my"."x" TO 'a=b'`,
    'REVOKE ALL ON DATABASE "d" FROM PUBLIC',
    'GRANT TEMPORARY ON DATABASE "d" TO PUBLIC',
    'GRANT CREATE ON DATABASE "d" TO "ada"',
    'GRANT TEMPORARY ON DATABASE "d" TO "ada"',
    'GRANT CONNECT ON DATABASE "d" TO "ada"',
    'GRANT CONNECT ON DATABASE "d" TO "o ""dd" WITH GRANT OPTION',
    'ALTER DATABASE "d" CONNECTION LIMIT 5',
    `COMMENT ON DATABASE "d" IS 'it''s'`,
    'ALTER DATABASE "d" OWNER TO "ada"',
  ]);
});

test('a half restored database is known by its name, and no other is taken for one', () => {
  const name = restoringName(restoringMark('run'));
  assert.equal(markOfRestoring(name), restoringMark('run'));
  for (const other of [
    `${name}0`,
    name.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    'taskflow_restoring_x',
    'x',
  ])
    assert.equal(markOfRestoring(other), undefined);
});

test('a name with something behind it is at most 63 bytes long, and no character is cut', () => {
  assert.equal(nameWith('orders', '_copy'), 'orders_copy');
  assert.equal(nameWith('ü'.repeat(31), '_copy'), `${'ü'.repeat(29)}_copy`);
  assert.equal(Buffer.byteLength(nameWith('𝄞'.repeat(15), '_copy')), 61);
});
