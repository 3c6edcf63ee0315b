import { outsideWork } from '../sql/outside.ts';
import type { QualifiedName } from '../sql/token-reader.ts';
import type { PlannedMigration } from './up.ts';

/** What a migration does that does nothing but build indexes without blocking writes. */
export interface Builds {
  readonly tables: readonly QualifiedName[];
  /** Those that the statements name. */
  readonly indexes: readonly string[];
}

/**
 * What such a migration builds; undefined for any other one: with another statement, with VERIFY (which may look at what the one
 * before has made), with steps that an earlier run has done or was at.
 */
export function buildsOf({ plan, migration, status }: PlannedMigration): Builds | undefined {
  if (plan.mode !== 'steps' || (plan.done ?? 0) > 0 || migration.verify.length > 0 || status.entry) return undefined;
  const works = plan.steps.map(({ transactional, statements }) =>
    transactional ? undefined : outsideWork(statements[0]?.statement.sql ?? ''),
  );
  const builds = works.flatMap((work) => (work?.kind === 'create index' ? [work] : []));
  if (builds.length === 0 || builds.length < works.length) return undefined;
  return { tables: builds.map(({ table }) => table), indexes: builds.flatMap(({ name }) => name ?? []) };
}

/** A migration that only builds indexes, and on which tables: those of the server, by oid. */
export interface PlacedBuilds extends Builds {
  readonly version: string;
  readonly depends: readonly string[];
  /** Undefined: there is no such table. */
  readonly oids: readonly (string | undefined)[];
}

/** How many from the first may run side by side: no two share a table or the name of an index, and none needs another. */
export function countSideBySide(candidates: readonly PlacedBuilds[]): number {
  const taken = new Set<string>();
  for (const [i, one] of candidates.entries()) {
    const own = [...new Set(one.oids.map((oid) => `table ${oid}`)), ...one.indexes.map((name) => `index ${name}`)];
    const needed = one.depends.map((version) => `version ${version}`);
    if (one.oids.includes(undefined) || [...own, ...needed].some((key) => taken.has(key))) return i;
    for (const key of [...own, `version ${one.version}`]) taken.add(key);
  }
  return candidates.length;
}
