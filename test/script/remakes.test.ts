import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SchemaObject } from '../../src/catalog/snapshot.ts';
import { object, schemaOf, statements, table, view, wholeScript } from './snapshots.ts';

const onColumn = (name: string, column: string) => ['needs', 'column', 's', name, column] as const;
const onView = (name: string) => ['needs', 'view', 's', name] as const;

/** A table under a view under another. */
const tower = (columns: Readonly<Record<string, string>>, more: readonly SchemaObject[] = []) =>
  schemaOf(
    table('t', columns),
    view('v', 'SELECT t.a FROM s.t', [onColumn('t', 'a')]),
    view('w', 'SELECT v.a FROM s.v', [onView('v')]),
    more,
  );

const short = (sql: readonly string[]) => sql.map((one) => one.split(' ').slice(0, 3).join(' '));

describe('what is made anew', () => {
  test('views on a column whose type changes, and views on those, are dropped and made again around it', () => {
    const script = statements(tower({ a: 'integer', b: 'text' }), tower({ a: 'bigint', b: 'text' }));
    assert.deepEqual(short(script), [
      'DROP VIEW s.w',
      'DROP VIEW s.v',
      'ALTER TABLE s.t',
      'CREATE VIEW s.v',
      'CREATE VIEW s.w',
    ]);
  });

  test('a column that nobody uses changes alone', () => {
    const script = statements(tower({ a: 'integer', b: 'text' }), tower({ a: 'integer', b: 'integer' }));
    assert.deepEqual(short(script), ['ALTER TABLE s.t']);
  });

  test('a view that keeps its columns is replaced where it stands', () => {
    const before = tower({ a: 'integer' });
    const after = schemaOf(
      table('t', { a: 'integer' }),
      view('v', 'SELECT t.a FROM s.t WHERE true', [onColumn('t', 'a')]),
      view('w', 'SELECT v.a FROM s.v', [onView('v')]),
    );
    assert.deepEqual(short(statements(before, after)), ['CREATE OR REPLACE']);
  });

  test('what loses the thing it needs, and does not need it any more, is altered before that goes', () => {
    const before = schemaOf(
      table('t', { a: 'integer', b: 'integer' }),
      view('v', 'SELECT t.b AS a FROM s.t', [onColumn('t', 'b')]),
    );
    const after = schemaOf(table('t', { a: 'integer' }), view('v', 'SELECT t.a FROM s.t', [onColumn('t', 'a')]));
    const script = statements(before, after);
    assert.deepEqual(short(script), ['CREATE OR REPLACE', 'ALTER TABLE s.t']);
    assert.match(script[1] ?? '', /DROP COLUMN b$/);
  });

  test('a label that leaves an enum: a second type, to which the columns are converted, and then the first goes', () => {
    const mood = (labels: readonly string[]) => object('enum', ['s', 'mood'], { labels });
    const has = (column: string) => [
      object('table', ['s', 't']),
      object('column', ['s', 't', column], { type: 's.mood', position: 1 }, [['needs', 'enum', 's', 'mood']]),
    ];
    const script = statements(schemaOf(mood(['x', 'y']), has('m')), schemaOf(mood(['x']), has('m'))).join('\n');
    assert.match(script, /RENAME TO[\s\S]*CREATE TYPE s\.mood AS ENUM \('x'\)[\s\S]*ALTER COLUMN m[\s\S]*DROP TYPE/);
  });

  test('an enum that no column has is dropped and made', () => {
    const mood = (labels: readonly string[]) => schemaOf(object('enum', ['s', 'mood'], { labels }));
    assert.deepEqual(short(statements(mood(['x', 'y']), mood(['x']))), ['DROP TYPE s.mood', 'CREATE TYPE s.mood']);
  });
});

describe('the file', () => {
  test('is one transaction where nothing is long', () => {
    const { sql } = wholeScript(schemaOf(), schemaOf(table('t', { a: 'integer' })));
    assert.match(sql, /^BEGIN;[\s\S]*COMMIT;\n$/);
  });

  test('is no transaction where a constraint is validated, which stands at the end', () => {
    const check = object('constraint', ['s', 't', 'positive'], { definition: 'CHECK ((a > 0))' }, [onColumn('t', 'a')]);
    const more = table('t', { a: 'integer', z: 'text' });
    const { sql } = wholeScript(schemaOf(table('t', { a: 'integer' })), schemaOf(more, check));
    assert.match(sql, /ADD COLUMN z[\s\S]*NOT VALID;/);
    assert.match(sql, /VALIDATE CONSTRAINT positive;\n\nRESET check_function_bodies;\n$/);
    assert.doesNotMatch(sql, /^(BEGIN|COMMIT);/m);
  });

  test('is empty where nothing differs', () => {
    const same = tower({ a: 'integer' });
    assert.deepEqual(wholeScript(same, same), { sql: '', notWritten: [] });
  });
});
