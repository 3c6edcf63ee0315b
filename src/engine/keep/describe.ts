import { holdsRows, type Kept } from '../../backup/kept.ts';
import type { Taking } from './taking.ts';

/** Kept data before it is copied. */
export type Described = Omit<Kept, 'rows' | 'sequences'>;

/** How the rows of a taking are told apart, and where they go. */
export function describeTaking(
  { kind, relation, columns, key: best = relation.key }: Taking,
  store: string,
): Described {
  const { schema, name: table } = relation;
  const names = columns.map(({ name }) => name);
  const goesItself = !holdsRows({ kind }) && best.some((name) => names.includes(name));
  const wanted = goesItself ? [] : best;
  const key = relation.columns.filter(({ name }) => wanted.includes(name));
  const rest = relation.columns.map(({ name }) => name).filter((name) => !names.includes(name));
  return { kind, schema, table, key, columns, rest, store };
}

const WORDS: Readonly<Record<Kept['kind'], string>> = {
  table: 'its rows, dropped with it',
  truncated: 'its rows, truncated',
  deleted: 'rows, deleted',
  column: 'values of a dropped column, by key',
  updated: 'values before they were updated, by key',
  retyped: 'values before their column got another type, by key',
  view: 'rows of a materialized view',
  sequence: 'where a sequence stood, dropped',
};

/** For the comment on the store. */
export function titleOf({ kind, relation }: Taking, version: string, runId: string): string {
  return `${relation.schema}.${relation.name}: what ${version} has taken (${WORDS[kind]}), run ${runId}`;
}

/** The same taking again, in the transaction that it is for. */
export function takingId({ kind, relation, columns }: Taking): string {
  return [kind, relation.oid, ...columns.map(({ name }) => name)].join('\n');
}
