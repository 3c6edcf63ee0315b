/** The work that lint does grows with the statements of a file, not with their square. Counted, not timed. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { FormUse } from '../../src/facts/form.ts';
import { usesOfWords } from '../../src/facts/recognize/words.ts';
import { usesOf } from '../../src/facts/recognize.ts';
import { SchemaLearner } from '../../src/known/learner.ts';
import { DEFAULT_OPTIONS } from '../../src/lint/options.ts';
import { RULE_NAMES, RULES } from '../../src/lint/rules.ts';
import { findAll } from '../../src/lint/run.ts';
import type { Reading } from '../../src/lint/subject.ts';
import type { Migration, Statement } from '../../src/migration/migration.ts';
import { loadParser } from '../../src/parser/parser.ts';
import type { Parsed } from '../../src/syntax/tree.ts';
import { finished, migration } from './bed.ts';

const parse = await loadParser();
const FEW = 60;
const TIMES = 4;
/** The square would be near 16. */
const MOST = 5;

const FILES: Readonly<Record<string, (n: number) => string>> = {
  'rows that are written out': (n) => `INSERT INTO hot (id, name) VALUES (${n}, 'name ${n}');`,
  'rows that are changed': (n) => `UPDATE hot SET name = 'name ${n}' WHERE id = ${n};`,
  'rows that are deleted': (n) => `DELETE FROM hot WHERE name < 'name ${n}';`,
  'tables that are made and changed': (n) =>
    `CREATE TABLE t${n} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
     CREATE INDEX t${n}_id ON t${n} (id);
     ALTER TABLE t${n} ADD COLUMN c text;
     ALTER TABLE t${n} DROP COLUMN c;`,
  'a table in use that is changed': (n) =>
    `ALTER TABLE hot ADD COLUMN c${n} text;
     ALTER TABLE hot ADD CONSTRAINT k${n} CHECK (id > ${n}) NOT VALID;
     ALTER TABLE hot VALIDATE CONSTRAINT k${n};
     CREATE INDEX hot_${n} ON hot (c${n});`,
  'views that are dropped': (n) => `DROP VIEW v${n};`,
  'tables and columns that are dropped and renamed': (n) =>
    `DROP TABLE d${n}; DROP TYPE y${n}; DROP FUNCTION f${n}(); ALTER TABLE r${n} RENAME TO s${n};
     ALTER TABLE c${n} RENAME a${n} TO b${n}; ALTER TABLE k${n} DROP CONSTRAINT k${n}_pkey;`,
  'settings and comments': (n) => `SET LOCAL lock_timeout = '${n}ms'; COMMENT ON TABLE hot IS '${n}';`,
};

for (const [what, statement] of Object.entries(FILES)) {
  test(`as much more to do as there are more statements: ${what}`, () => {
    const [few, many] = [looks(statement, FEW), looks(statement, FEW * TIMES)];
    assert.ok(few > FEW, `${few} looks at ${FEW} statements`);
    assert.ok(
      many < few * MOST,
      `${few} looks at ${FEW} times, ${many} looks at ${FEW * TIMES} times these statements`,
    );
  });
}

/** How often lint looks at a tree, at the text or words of a statement, or at what of the facts it is. */
function looks(statement: (n: number) => string, count: number): number {
  const given = migration(
    '001_given',
    'CREATE TABLE hot (id bigint PRIMARY KEY, name text);\n-- IRREVERSIBLE: given\n',
  );
  const body = Array.from({ length: count }, (_, n) => statement(n)).join('\n');
  const judged = migration('002_judged', `${body}\n-- ROLLBACK:\n-- DROP TABLE t1;\n`);
  const counter = new Counter();
  finished(
    findAll({
      migrations: [given, counter.ofMigration(judged)],
      judged: new Set([judged.version]),
      learner: new SchemaLearner(),
      included: new Set(),
      rules: RULES.map((rule) => ({ rule, severity: 'warning' })),
      names: RULE_NAMES,
      reading: counter.reading(judged.version),
      innerStatements: () => ({ statements: [], unknown: [] }),
    }),
  );
  return counter.looks;
}

class Counter {
  looks = 0;

  reading(version: string): Reading {
    return {
      parse: (sql) => this.#ofTree(parse(sql)),
      usesOf: (...asked) => usesOf(...asked).map((use) => this.#ofUse(use)),
      usesOfWords: (statement) => usesOfWords(statement).map((use) => this.#ofUse(use)),
      options: DEFAULT_OPTIONS,
      unapplied: new Set([version]),
    };
  }

  ofMigration(one: Migration): Migration {
    return { ...one, statements: one.statements.map((statement) => this.#ofStatement(statement)) };
  }

  #ofTree(parsed: Parsed): Parsed {
    return 'node' in parsed ? this.#counted(parsed, 'node') : parsed;
  }

  #ofUse(use: FormUse): FormUse {
    return this.#counted(use, 'form');
  }

  #ofStatement(statement: Statement): Statement {
    return this.#counted(this.#counted(statement, 'sql'), 'words');
  }

  #counted<One extends object>(one: One, key: keyof One): One {
    const value = one[key];
    const get = () => {
      this.looks++;
      return value;
    };
    return Object.defineProperty(one, key, { get, enumerable: true });
  }
}
