import { nameOf, relationName } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import { columnsPart, defaultName } from '../default-names.ts';
import type { Draft } from '../draft.ts';
import { mentionedColumns, withoutPlaces } from '../expression.ts';
import { figuredName } from '../figured-name.ts';
import type { IndexKey, KnownIndex, KnownTable, Made, RelationName } from '../table.ts';

/** Where something is learned. */
export interface Learning {
  readonly draft: Draft;
  readonly made: Made | undefined;
}

/** An index that has no name yet. */
export type NamelessIndex = Omit<KnownIndex, 'name' | 'made'>;

/** CREATE INDEX */
export function learnIndex(at: Learning, statement: Fields<'IndexStmt'>): void {
  const name = relationName(statement.relation);
  if (!name) return;
  const table = at.draft.resolve(name);
  if (statement.if_not_exists && statement.idxname !== undefined && isTaken(at.draft, table, statement.idxname)) return;
  const index = indexOf(statement);
  const names = keyNames([...(statement.indexParams ?? []), ...(statement.indexIncludingParams ?? [])]);
  addIndex(at, table, index, statement.idxname ?? chosenName(at.draft, table, names, 'idx'));
  if (statement.relation?.inh) for (const part of partitionsOf(at.draft, table)) cloneIndex(at, part, index);
}

function indexOf(statement: Fields<'IndexStmt'>): NamelessIndex {
  const { indexParams = [], whereClause } = statement;
  const elements = all('IndexElem', indexParams);
  const expressions = elements.flatMap(({ expr }) => expr ?? []);
  return {
    columns: elements.map(({ name }) => name),
    included: all('IndexElem', statement.indexIncludingParams).flatMap(({ name }) => name ?? []),
    method: statement.accessMethod ?? 'btree',
    unique: statement.unique ?? false,
    partial: whereClause !== undefined,
    valid: true,
    ...keysOf(elements),
    ...(statement.nulls_not_distinct ? { nullsNotDistinct: true } : {}),
    mentions: expressions.length === 0 && !whereClause ? [] : mentionedColumns([expressions, whereClause]),
    ...(expressions.length > 0 ? { expressions } : {}),
    ...(whereClause ? { predicate: whereClause } : {}),
  };
}

/** What the keys say beside their columns, if any does. */
export function keysOf(elements: readonly Fields<'IndexElem'>[]): Pick<KnownIndex, 'plain' | 'keys'> {
  const keys = elements.map(keyOf);
  const plain = keys.every((key) => Object.keys(key).length === 0);
  return plain ? { plain } : { plain, keys };
}

function keyOf({ collation, opclass, opclassopts, ordering, nulls_ordering: nulls }: Fields<'IndexElem'>): IndexKey {
  const descending = ordering === 'SORTBY_DESC';
  const nullsFirst = descending ? nulls !== 'SORTBY_NULLS_LAST' : nulls === 'SORTBY_NULLS_FIRST';
  const [named, options] = [nameOf(opclass)?.name, opclassopts ? JSON.stringify(withoutPlaces(opclassopts)) : ''];
  return {
    ...(collation ? { collation: nameOf(collation)?.name } : {}),
    ...(named !== undefined || options !== '' ? { operatorClass: `${named ?? ''}${options}` } : {}),
    ...(descending ? { descending } : {}),
    ...(nullsFirst ? { nullsFirst } : {}),
  };
}

/** Names of what an index is made of, each once (ChooseIndexColumnNames of commands/indexcmds.c). */
export function keyNames(parts: readonly Node[]): string[] {
  const names: string[] = [];
  for (const { name, expr } of all('IndexElem', parts)) {
    const own = name ?? figuredName(expr) ?? 'expr';
    let [chosen, number] = [own, 0];
    while (names.includes(chosen)) chosen = `${own}${++number}`;
    names.push(chosen);
  }
  return names;
}

export function addIndex({ draft, made }: Learning, table: RelationName, index: NamelessIndex, name: string): void {
  draft.putIndex(table, Object.assign({ ...index }, { name, made }));
}

/** Labels of the names of indexes that belong to constraints. */
export const INDEX_LABEL_OF = { 'primary key': 'pkey', unique: 'key', exclusion: 'excl' } as const;

export function chosenName(draft: Draft, table: RelationName, columns: readonly string[], label: string): string {
  const part = label === 'pkey' ? undefined : columnsPart(columns);
  return defaultName(table.name, part, label, (name) => isTaken(draft, table, name));
}

/** An index on a partition for one of its parent; one that the partition has already takes its place. */
export function cloneIndex(at: Learning, partition: RelationName, index: NamelessIndex, constraint?: string): void {
  const table = at.draft.table(partition);
  if (!table || !index.valid) return;
  if ([...table.indexes.values()].some((one) => isSame(one, index))) return;
  const name = constraint ?? chosenName(at.draft, partition, namesOfClone(index), 'idx');
  addIndex(at, partition, { ...index, ...(constraint === undefined ? {} : { constraint }) }, name);
  if (index.constraint === undefined) for (const part of table.partitions) cloneIndex(at, part, index);
}

export function namesOfClone({ columns, included, expressions = [] }: NamelessIndex): string[] {
  const left = [...expressions];
  const keys = columns.map((name) => (name === undefined ? { expr: left.shift() } : { name }));
  return keyNames([...keys, ...included.map((name) => ({ name }))].map((one) => ({ IndexElem: one }) as Node));
}

function isSame(a: NamelessIndex, b: NamelessIndex): boolean {
  const shape = ({ columns, included, method, unique, nullsNotDistinct, keys, partial, ...one }: NamelessIndex) => {
    const written = withoutPlaces([one.expressions ?? [], one.predicate ?? null]);
    return JSON.stringify([columns, included, method, unique, nullsNotDistinct, keys ?? [], partial, written]);
  };
  return shape(a) === shape(b) && (b.constraint === undefined || a.constraint !== undefined);
}

export function partitionsOf(draft: Draft, table: RelationName): readonly RelationName[] {
  return draft.table(table)?.partitions ?? [];
}

export function isTaken(draft: Draft, { schema }: RelationName, name: string): boolean {
  return draft.table({ schema, name }) !== undefined || draft.index({ schema, name }) !== undefined;
}

/** Leaves out an index by its name. */
export function withoutIndex({ indexes }: KnownTable, name: string): Pick<KnownTable, 'indexes'> {
  const left = new Map(indexes);
  left.delete(name);
  return { indexes: left };
}

export function elementsOfExclusion(exclusions: readonly Node[] | undefined): Node[] {
  return (exclusions ?? []).flatMap((one) => as('List', one)?.items?.[0] ?? []);
}
