/** Runs the unsafe statements of the corpus, and their fixes, each case in a schema of its own, and compares what they leave. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { type Change, compareSchemas } from '../../src/catalog/compare.ts';
import type { Finding, Fix } from '../../src/lint/finding.ts';
import { RULES } from '../../src/lint/rules.ts';
import type { Session } from '../../src/postgres/session.ts';
import { splitScript } from '../../src/sql/splitter.ts';
import { GIVEN, lintCase } from '../lint/bed.ts';
import { type CorpusCase, corpusOf, corpusRules } from '../lint/corpus-file.ts';
import { type Engine, withDatabase } from '../support/servers.ts';
import { openSession, snapshotOf } from './catalog-bed.ts';

interface FixCase {
  readonly one: CorpusCase;
  readonly finding: Finding;
  readonly fix: Fix;
}

/** The cases that a server of that version takes and that have a fix, each with the rule's own finding. */
function fixCases(major: number): FixCase[] {
  return corpusRules()
    .flatMap(corpusOf)
    .flatMap((one) => {
      const { serverMajor = 0 } = one.options;
      if (one.kind !== 'unsafe' || one.whole || ELSEWHERE.test(one.sql) || serverMajor > major) return [];
      const findings = lintCase({ ...one, options: { ...one.options, serverMajor: major } });
      const finding = findings.find((found) => found.rule === one.rule && found.fix !== null);
      return finding?.fix ? [{ one, finding, fix: finding.fix }] : [];
    });
}

/**
 * Fixes that may be written end in the same catalog as what they replace, and their steps have ways back. On an older server
 * only those that are others there.
 */
export function describeEnds(engine: 13 | 18): void {
  const automatic = automaticFixes(engine);

  test(`every fix ends as the statement that it replaces (PostgreSQL ${engine})`, async () => {
    assert.ok(automatic.length >= (engine === 18 ? 60 : 5), `${automatic.length} fixes`);
    assert.deepEqual(await differences(engine, automatic, [unsafe, fixed]), []);
  });
}

export function describeWaysBack(engine: 13 | 18): void {
  const complete = automaticFixes(engine).filter((one) => isAlone(one) && isReversible(one));

  test(`the ways back of its steps end where they began (PostgreSQL ${engine})`, async () => {
    assert.ok(complete.length > 0);
    assert.deepEqual(await differences(engine, complete, [nothing, thereAndBack]), []);
  });
}

function automaticFixes(engine: 13 | 18): FixCase[] {
  const newest = fixCases(18).filter(({ fix }) => fix.automatic);
  if (engine === 18) return newest;
  const same = new Set(newest.map(textOf));
  return fixCases(engine).filter((one) => one.fix.automatic && !same.has(textOf(one)));
}

/** Those that a person has to decide on run as well, and some end as the statement, too. */
export function describeShownFixes(engine: 18 | 17): void {
  describe(`PostgreSQL ${engine}`, () => {
    const shown = fixCases(engine).filter(({ one, fix }) => !fix.automatic && isAboutLocks(one.rule));

    test('every fix that is only shown can be run, and taken back', async () => {
      const complete = shown.map(withoutLastDrop).filter((one) => isAlone(one) && isReversible(one));
      assert.ok(complete.length >= 30, `${complete.length} fixes`);
      assert.deepEqual(await differences(engine, complete, [nothing, thereAndBack]), []);
    });

    test('a column that is filled in batches ends as one that is filled at once', async () => {
      const filled = shown.filter(({ one }) => FILLED.includes(one.rule));
      assert.ok(filled.length >= 15, `${filled.length} fixes`);
      assert.deepEqual(await differences(engine, filled, [unsafe, fixed]), []);
    });
  });
}

const FILLED = ['adding-field-with-default', 'adding-serial-field', 'changing-column-type'];

function isAboutLocks(id: string): boolean {
  return RULES.some((rule) => rule.id === id && rule.topic === 'locks');
}

function textOf({ one, fix }: FixCase): string {
  return JSON.stringify([one.rule, one.line, fix]);
}

/** The old column of an exchange goes for good: what comes before that has its way back. */
function withoutLastDrop(one: FixCase): FixCase {
  const { steps } = one.fix;
  const isDrop = one.one.rule === 'changing-column-type' && steps.at(-1)?.rollback.length === 0;
  return isDrop ? { ...one, fix: { ...one.fix, steps: steps.slice(0, -1) } } : one;
}

function isReversible({ fix }: FixCase): boolean {
  return fix.steps.every(({ rollback }) => rollback.length > 0);
}

/** What else a case does is for its own ROLLBACK section to undo. */
function isAlone({ one }: FixCase): boolean {
  return statementsOf(one.sql).length === 1 && !/,\s*(?:ADD|ALTER)\s/.test(one.sql);
}

/** Blocks are not fixed; nothing is called old_idx; and each case has a schema of its own. */
const ELSEWHERE = /^DO\b|\bold_idx\b|\bsearch_path\b/;

/** What a case runs, from where it begins. */
type Course = (one: FixCase) => readonly string[];

const unsafe: Course = ({ one }) => [one.sql];

/** All steps of the fix in the place of the statement that was found. */
const fixed: Course = ({ one, finding, fix }) => {
  const { start, end } = finding.span ?? { start: 0, end: one.sql.length };
  return [one.sql.slice(0, start), ...fix.steps.flatMap(({ sql }) => sql), one.sql.slice(end).replace(/^;/, '')];
};

/** The steps, and then their ways back. */
const thereAndBack: Course = (one) => {
  const steps = [...one.fix.steps].reverse();
  return [...fixed(one), ...steps.flatMap(({ rollback }) => rollback)];
};

const nothing: Course = () => [];

/** What the catalog holds after two courses, as differences by case. */
async function differences(
  engine: Engine,
  cases: readonly FixCase[],
  [one, other]: readonly [Course, Course],
): Promise<string[]> {
  const [before, after] = [await catalogAfter(engine, cases, one), await catalogAfter(engine, cases, other)];
  const changes = compareSchemas(before, after).changes.filter((change) => !isCastOnly(change));
  return changes.map(({ kind, type, name, detail }) => {
    const index = Number(/\bcase_(\d+)\b/.exec(name)?.[1] ?? -1);
    const what = kind === 'changed' ? `: ${Object.keys(detail).join(', ')}` : '';
    return `${placeOf(cases[index])}: ${kind} ${type} ${name}${what}`;
  });
}

/** A default or a check of the old type is converted where the column is; one that is made anew is of the new type at once. */
function isCastOnly({ kind, detail }: Change): boolean {
  const withoutCasts = (text: unknown) => `${text}`.replaceAll(/::[\w."]+( varying)?(\(\d+\))?(\[\])?|[()]/g, '');
  return (
    kind === 'changed' &&
    Object.values(detail).every(({ before, after }) => withoutCasts(before) === withoutCasts(after))
  );
}

async function catalogAfter(engine: Engine, cases: readonly FixCase[], course: Course) {
  return withDatabase(engine, async (database) => {
    const session = await openSession(database);
    try {
      for (const [i, one] of cases.entries()) await runCase(session, `case_${i}`, one, course);
    } finally {
      await session.end();
    }
    return snapshotOf(database, { needs: false });
  });
}

async function runCase(session: Session, schema: string, one: FixCase, course: Course): Promise<void> {
  await session.query(`CREATE SCHEMA ${schema}`);
  await session.query(`SET search_path = ${schema}`);
  // All of it at once: a query of the session is one statement.
  await session.query(`DO $ground$ BEGIN EXECUTE $given$${GIVEN}$given$; END $ground$`);
  for (const sql of [one.one.given, ...course(one)]) {
    const text = sql.replaceAll('public.', `${schema}.`);
    for (const { start, end } of statementsOf(text)) {
      const statement = text.slice(start, end);
      await session.query(statement).catch((cause: unknown) => {
        throw new Error(`${placeOf(one)}: ${(cause as Error).message}\n${statement}`, { cause });
      });
    }
  }
}

/** One by one, since some refuse a transaction. */
function statementsOf(text: string): { readonly start: number; readonly end: number }[] {
  return [...splitScript(text, () => {})].filter((item) => item.kind === 'statement');
}

function placeOf(one: FixCase | undefined): string {
  return one ? `${one.one.rule}.sql:${one.one.line}` : 'somewhere';
}
