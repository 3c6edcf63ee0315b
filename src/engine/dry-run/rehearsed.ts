import type { Statement } from '../../migration/migration.ts';
import type { PlannedMigration } from '../../plan/up.ts';
import type { Problem } from '../../problem/problem.ts';
import type { MetRelation, TriedMigration, TriedStatement } from '../../report/dry-run.ts';
import { beyondDatabase } from '../../sql/beyond-database.ts';

/** A migration that was not come to; `reason`: why it is skipped on the scratch server. */
export function unreached({ version, migration }: PlannedMigration, reason: string | null): TriedMigration {
  const statements = reason === null ? [] : migration.statements.map((one) => unobserved(one, 'not-tried', reason));
  const verify = migration.verify.length > 0 ? 'not-tried' : null;
  return { version, file: migration.file, state: 'not-tried', executionTimeMs: 0, verify, held: [], statements };
}

/**
 * A migration that was observed, as far as that goes in a transaction, and then applied for real. Where it went through, what
 * could not be observed has gone through all the same. Sizes are the target's.
 */
export function rehearsed(
  planned: PlannedMigration,
  observed: TriedMigration | undefined,
  problem: Problem | null,
  relations: readonly MetRelation[],
): TriedMigration {
  const sizes = new Map(relations.map((one) => [one.relation, one]));
  const seen = (observed?.statements ?? []).map((one) => withSizes(one, sizes));
  const verify = planned.migration.verify.length > 0 ? 'not-tried' : null;
  const base = { ...unreached(planned, null), ...observed, verify } as const;
  if (!problem) return { ...base, state: 'passed', statements: allPassed(planned, seen) };
  return { ...base, state: 'failed', held: [], statements: upToFailure(planned, seen, problem) };
}

const BUILDS_UPON = 'not observed: it builds upon a statement outside a transaction';

function allPassed({ migration }: PlannedMigration, seen: readonly TriedStatement[]): TriedStatement[] {
  const known = seen.map((one): TriedStatement => {
    if (one.state === 'passed') return one;
    return { ...one, state: 'passed', reason: one.reason ? `not observed: ${one.reason}` : BUILDS_UPON };
  });
  const more = migration.statements.slice(known.length).map((one) => unobserved(one, 'passed', BUILDS_UPON));
  return [...known, ...more];
}

/** Of those before it the real run has shown that they go through. */
function upToFailure(planned: PlannedMigration, seen: readonly TriedStatement[], problem: Problem): TriedStatement[] {
  const at = planned.migration.statements.findIndex(
    (one) => one.sql === problem.fields.statement && isAt(one, problem),
  );
  if (at < 0) return [...seen];
  const before = allPassed(planned, seen.slice(0, at)).slice(0, at);
  return [...before, unobserved(planned.migration.statements[at]!, 'failed', null)];
}

/** The same statement may stand there twice; the place may be further on, in its middle. */
function isAt(
  { line, column, sql }: { line: number; column: number; sql: string },
  { fields: { where } }: Problem,
): boolean {
  if (where?.line === undefined) return true;
  const last = line + sql.split('\n').length - 1;
  return where.line >= line && where.line <= last && (where.line > line || (where.column ?? column) >= column);
}

/** With what scratch databases do without, each where it stands in the file. */
export function withLeftOut(tried: TriedMigration, { migration }: PlannedMigration): TriedMigration {
  const leftOut = migration.statements.flatMap(asLeftOut);
  const failed = tried.statements.find(({ state }) => state === 'failed');
  const before = leftOut.filter((one) => !failed || byPlace(one, failed) < 0);
  if (before.length === 0) return tried;
  const state = tried.state === 'passed' ? 'partly' : tried.state;
  return { ...tried, state, statements: [...tried.statements, ...before].sort(byPlace) };
}

function asLeftOut(statement: Statement): TriedStatement[] {
  const why = beyondDatabase(statement.sql, statement.words);
  return why === undefined ? [] : [unobserved(statement, 'not-tried', why)];
}

function byPlace(one: TriedStatement, other: TriedStatement): number {
  return one.line - other.line || one.column - other.column;
}

function unobserved(
  { line, column, sql }: { line: number; column: number; sql: string },
  state: TriedStatement['state'],
  reason: string | null,
): TriedStatement {
  const nothing = { tag: null, rows: null, executionTimeMs: 0, walBytes: 0, locks: [], rewrites: [], scans: [] };
  return { line, column, sql, state, reason, ...nothing };
}

function withSizes(one: TriedStatement, sizes: ReadonlyMap<string, MetRelation>): TriedStatement {
  const sized = <T extends MetRelation>(met: T): T => {
    const known = sizes.get(met.relation);
    return known ? { ...met, estimatedRows: known.estimatedRows, estimatedBytes: known.estimatedBytes } : met;
  };
  return {
    ...one,
    locks: one.locks.map(sized),
    rewrites: one.rewrites.map(sized),
    scans: one.scans.map(sized),
  };
}
