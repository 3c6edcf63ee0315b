/** Lints SQL as a migration that follows another one, with every rule and without a server. */
import { readFileSync } from 'node:fs';
import { usesOfWords } from '../../src/facts/recognize/words.ts';
import { usesOf } from '../../src/facts/recognize.ts';
import { orderMigrations } from '../../src/graph/order.ts';
import { SchemaLearner } from '../../src/known/learner.ts';
import type { Finding, Severity } from '../../src/lint/finding.ts';
import { DEFAULT_OPTIONS } from '../../src/lint/options.ts';
import type { LintOptions } from '../../src/lint/rule.ts';
import { RULE_NAMES, RULES } from '../../src/lint/rules.ts';
import { findAll } from '../../src/lint/run.ts';
import { type InnerStatements, learnFile } from '../../src/lint/statement-subjects.ts';
import type { Reading } from '../../src/lint/subject.ts';
import type { Migration } from '../../src/migration/migration.ts';
import { parseMigration } from '../../src/migration/parse.ts';
import { loadParser, loadPlpgsqlParser } from '../../src/parser/parser.ts';
import { innerStatements } from '../../src/syntax/inner.ts';
import type { Parsed } from '../../src/syntax/tree.ts';
import { type Figures, withFigures } from './corpus-statistics.ts';

const parseAnew = await loadParser();
const parsed = new Map<string, Parsed>();

/** The ground of the cases is the same each time. */
function parse(sql: string): Parsed {
  const found = parsed.get(sql) ?? parseAnew(sql);
  parsed.set(sql, found);
  return found;
}

const parsePlpgsql = await loadPlpgsqlParser();

/** What stands before every case: a shop that is in use. */
export const GIVEN = readFileSync(new URL('corpus/given.sql', import.meta.url), 'utf8');

export interface Case {
  /** SQL that was applied before, behind GIVEN. */
  readonly given?: string;
  readonly sql: string;
  /** `sql` is a whole migration with its sections. */
  readonly whole?: boolean;
  readonly options?: Partial<LintOptions>;
  /** What the statistics of a server say of what is there before. */
  readonly figures?: Figures | undefined;
  /** Also rules that are off until settings ask for them, as warnings. */
  readonly all?: boolean;
}

export function migration(version: string, sql: string) {
  return parseMigration({ file: `${version}.sql`, stem: version, bytes: Buffer.from(sql) });
}

/** A case is one file, or several: `--> other/003_more.sql` begins another. */
function filesIn({ sql }: Case): { path: string; sql: string }[] {
  const [first = '', ...others] = sql.split(/^--> (\S+)\n/m);
  const more = others.flatMap((path, i) => (i % 2 === 0 ? [{ path, sql: others[i + 1] ?? '' }] : []));
  return [{ path: '002_case.sql', sql: first }, ...more];
}

function fileAt(path: string, sql: string): Migration {
  const stem = path.replace(/^.*\//, '').replace(/\.sql$/, '');
  return parseMigration({ file: path, stem, bytes: Buffer.from(sql) });
}

function inRunningOrder(migrations: readonly Migration[]): Migration[] {
  const nodes = migrations.map((one) => ({ ...one, depends: one.headers.depends }));
  return orderMigrations(nodes, new Set()).ordered.map(
    ({ version }) => migrations.find((one) => one.version === version)!,
  );
}

/** The findings in a case, by line. */
export function lintCase(one: Case): readonly Finding[] {
  const given = migration('001_given', `${GIVEN}\n${one.given ?? ''}\n-- IRREVERSIBLE: the ground of the cases\n`);
  const judged = filesIn(one).map(({ path, sql }) =>
    fileAt(path, one.whole ? sql : `${sql}\n-- IRREVERSIBLE: a case\n`),
  );
  const rules = RULES.flatMap((rule) => {
    if (rule.severity === 'off' && !one.all) return [];
    const severity: Severity = rule.severity === 'off' ? 'warning' : rule.severity;
    return [{ rule, severity }];
  });
  const reading: Reading = {
    parse,
    usesOf,
    usesOfWords,
    options: { ...DEFAULT_OPTIONS, ...one.options },
    unapplied: new Set(judged.map(({ version }) => version)),
  };
  return finished(
    findAll({
      migrations: inRunningOrder([given, ...judged]),
      judged: new Set(judged.map(({ version }) => version)),
      learner: one.figures ? learnerWith(reading, given, one.figures) : new SchemaLearner(),
      included: new Set(one.figures ? [given.version] : []),
      rules,
      names: RULE_NAMES,
      reading,
      innerStatements: inner,
    }),
  ).findings;
}

export function finished<Result>(steps: Generator<void, Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

const inner: InnerStatements = (tree, sql) => innerStatements(tree, sql, parsePlpgsql, parse);

function learnerWith(reading: Reading, given: Migration, figures: Figures): SchemaLearner {
  const learner = new SchemaLearner();
  learnFile(reading, given, learner, inner);
  return new SchemaLearner(withFigures(learner.known, figures));
}
