/** docs/FORMATS.md names every column, event, state and problem that there is, and no other. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EXIT, PROBLEMS } from '../../src/problem/codes.ts';
import { REPOSITORY } from '../support/run-folder.ts';

const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');
const formats = read('docs/FORMATS.md');

/** First cells of the table rows below a heading, without code marks. */
function firstCells(heading: string): string[] {
  const section = formats.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const cells = [...section.matchAll(/^\| ([^|]+?) \|/gm)].map((match) => match[1]!.replaceAll('`', ''));
  return cells.filter((cell) => !/^(-+|Column|Status)$/.test(cell));
}

for (const table of ['schema_migrations', 'schema_migration_events', 'schema_migration_settings']) {
  test(`${table}: the columns in the document are those of the database`, () => {
    const sql = read('database/migrations/001_create_migration_tracking.sql');
    const columns = [...sql.matchAll(new RegExp(`^COMMENT ON COLUMN ${table}\\.(\\w+)`, 'gm'))].map(
      (match) => match[1]!,
    );
    assert.ok(columns.length > 3);
    assert.deepEqual(firstCells(table), columns);
  });
}

test('the events in the document are those that are written', () => {
  const type = /export type EventName =([^;]+);/.exec(read('src/ledger/write.ts'))?.[1] ?? '';
  const written = [...type.matchAll(/'(\w+)'/g)].map((match) => match[1]!).sort();
  const row = /^\| `event` \|.*$/m.exec(formats)?.[0] ?? '';
  const named = [...row.matchAll(/`(\w+)`/g)].map((match) => match[1]!).filter((name) => name !== 'event');
  assert.deepEqual(named.sort(), written);
});

test('exit statuses and problem codes are those of the registry', () => {
  const statuses = Object.values(EXIT).map(String);
  assert.deepEqual([...new Set(firstCells('Exit status'))].sort(), [...statuses].sort());
  const codes = [...(formats.split('Problem codes are')[1] ?? '').matchAll(/^\| (\d+) \| (`.*) \|$/gm)].flatMap(
    (match) => match[2]!.split(', ').map((code) => [code.replaceAll('`', ''), Number(match[1])]),
  );
  assert.deepEqual(Object.fromEntries(codes), { ...PROBLEMS });
});
