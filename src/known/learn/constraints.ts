import type { ConstrType } from '@pgsql/types';
import { relationName, stringsOf } from '../../syntax/names.ts';
import type { Fields, Node } from '../../syntax/tree.ts';
import { columnsPart, defaultName } from '../default-names.ts';
import { mentionedColumns } from '../expression.ts';
import type { KnownColumn, KnownConstraint, KnownIndex, KnownTable, RelationName } from '../table.ts';
import {
  addIndex,
  chosenName,
  cloneIndex,
  elementsOfExclusion,
  INDEX_LABEL_OF,
  keyNames,
  keysOf,
  type Learning,
  type NamelessIndex,
  namesOfClone,
  partitionsOf,
} from './indexes.ts';

type Constraint = Fields<'Constraint'>;

/** A constraint on its way into a table. */
interface Adding extends Learning {
  readonly table: RelationName;
  readonly constraint: Constraint;
  /** The column whose definition it stands in. */
  readonly column?: string | undefined;
  /** The table is made by the same statement: NOT VALID means nothing. */
  readonly isNew: boolean;
}

/** One of CREATE TABLE, ALTER TABLE ADD, or of a column's definition. Other things that stand there are passed over. */
export function addConstraint(adding: Adding): void {
  ADDERS[adding.constraint.contype as ConstrType]?.(adding);
}

const ADDERS: Partial<Record<ConstrType, (adding: Adding) => void>> = {
  CONSTR_NOTNULL: addNotNull,
  CONSTR_CHECK: addCheck,
  CONSTR_FOREIGN: addForeignKey,
  CONSTR_PRIMARY: (adding) => addIndexed(adding, 'primary key'),
  CONSTR_UNIQUE: (adding) => addIndexed(adding, 'unique'),
  CONSTR_EXCLUSION: (adding) => addIndexed(adding, 'exclusion'),
};

function isValidated({ constraint, isNew }: Adding): boolean {
  return constraint.is_enforced === true && (isNew || constraint.skip_validation !== true);
}

/** NOT NULL in the definition of a column has a name of its own only where it is written. */
function addNotNull(adding: Adding): void {
  const { draft, made, table, column, constraint } = adding;
  const columns = column === undefined ? stringsOf(constraint.keys) : [column];
  const validated = isValidated(adding);
  if (validated) setNotNull(adding, table, columns);
  if (column !== undefined && constraint.conname === undefined) return;
  const name = constraint.conname ?? constraintName(adding, columns[0], 'not_null');
  putConstraint(adding, table, { name, type: 'not null', columns, validated, made });
  for (const child of familyOf(draft.table(table)))
    putConstraint(adding, child, { name, type: 'not null', columns, validated, made });
}

/** Also in partitions and children. */
function setNotNull(at: Learning, table: RelationName, columns: readonly string[]): void {
  for (const column of columns) changeColumn(at, table, column, { notNull: true });
}

/** Changes a column of a table, and of its partitions and children. */
export function changeColumn(at: Learning, table: RelationName, name: string, change: Partial<KnownColumn>): void {
  const old = at.draft.table(table)?.columns.get(name) ?? { name, type: undefined, notNull: false };
  at.draft.putColumn(table, Object.assign({ ...old }, change));
  for (const child of familyOf(at.draft.table(table))) if (at.draft.table(child)) changeColumn(at, child, name, change);
}

function addCheck(adding: Adding): void {
  const { made, constraint } = adding;
  const columns = mentionedColumns(constraint.raw_expr).filter((one) => one !== '*');
  const name = constraint.conname ?? constraintName(adding, columns.length === 1 ? columns[0] : undefined, 'check');
  const check: KnownConstraint = {
    name,
    type: 'check',
    columns,
    validated: isValidated(adding),
    expression: constraint.raw_expr,
    made,
  };
  putConstraint(adding, adding.table, check);
  if (!constraint.is_no_inherit) inheritCheck(adding, adding.table, check);
}

function inheritCheck(at: Learning, table: RelationName, check: KnownConstraint): void {
  for (const child of familyOf(at.draft.table(table))) {
    if (!at.draft.table(child)) continue;
    putConstraint(at, child, check);
    inheritCheck(at, child, check);
  }
}

function addForeignKey(adding: Adding): void {
  const { draft, made, column, constraint } = adding;
  const target = relationName(constraint.pktable);
  if (!target) return;
  const columns = column === undefined ? stringsOf(constraint.fk_attrs) : [column];
  const name = constraint.conname ?? constraintName(adding, columnsPart(columns), 'fkey');
  const key: KnownConstraint = {
    name,
    type: 'foreign key',
    columns,
    validated: isValidated(adding),
    references: { table: draft.resolve(target), columns: referencedColumns(adding, draft.resolve(target)) },
    onDelete: ACTIONS[constraint.fk_del_action ?? 'a'],
    onUpdate: constraint.fk_upd_action === 'r' ? 'restrict' : ACTIONS[constraint.fk_upd_action ?? 'a'],
    matchFull: constraint.fk_matchtype === 'f' || undefined,
    deferrable: deferrableOf(constraint),
    made,
  };
  cloneForeignKey(adding, adding.table, key);
}

/** A partitioned table's keys are its partitions' too. */
function cloneForeignKey(at: Learning, table: RelationName, key: KnownConstraint): void {
  putConstraint(at, table, key);
  for (const part of partitionsOf(at.draft, table)) if (at.draft.table(part)) cloneForeignKey(at, part, key);
}

const ACTIONS: Readonly<Record<string, KnownConstraint['onDelete']>> = {
  c: 'cascade',
  n: 'set null',
  d: 'set default',
};

function deferrableOf({ deferrable, initdeferred }: Constraint): KnownConstraint['deferrable'] {
  if (initdeferred) return 'initially deferred';
  return deferrable ? 'initially immediate' : undefined;
}

function referencedColumns({ draft, constraint }: Adding, target: RelationName): readonly string[] {
  const written = stringsOf(constraint.pk_attrs);
  if (written.length > 0) return written;
  const constraints = [...(draft.table(target)?.constraints.values() ?? [])];
  return constraints.find(({ type }) => type === 'primary key')?.columns ?? [];
}

export type IndexedType = keyof typeof INDEX_LABEL_OF;

function addIndexed(adding: Adding, type: IndexedType): void {
  const { indexname } = adding.constraint;
  if (indexname === undefined) addWithIndex(adding, type);
  else addUsingIndex(adding, type, indexname);
}

function addWithIndex(adding: Adding, type: IndexedType): void {
  const { index, names } = indexOf(adding);
  const name = adding.constraint.conname ?? chosenName(adding.draft, adding.table, names, INDEX_LABEL_OF[type]);
  const indexed = { index, type, deferrable: deferrableOf(adding.constraint) };
  makeIndexed(adding, adding.table, { ...indexed, name });
  for (const part of partitionsOf(adding.draft, adding.table)) cloneIndexed(adding, part, indexed);
}

/** An index with its constraint. */
interface Indexed {
  readonly index: NamelessIndex;
  readonly type: IndexedType;
  readonly deferrable?: KnownConstraint['deferrable'];
}

export function makeIndexed(
  at: Learning,
  table: RelationName,
  { index, type, deferrable, name }: Indexed & { name: string },
): void {
  const columns = index.columns.flatMap((one) => one ?? []);
  addIndex(at, table, { ...index, constraint: name }, name);
  putConstraint(at, table, { name, type, columns, validated: true, deferrable, made: at.made });
  if (type === 'primary key') setNotNull(at, table, columns);
}

/** On a partition, and its partitions. */
function cloneIndexed(at: Learning, partition: RelationName, indexed: Indexed): void {
  const table = at.draft.table(partition);
  if (!table) return;
  const columns = indexed.index.columns.join();
  const isThere = ({ type, columns: own }: KnownConstraint) => type === indexed.type && own.join() === columns;
  if ([...table.constraints.values()].some(isThere)) return;
  const name = chosenName(at.draft, partition, namesOfClone(indexed.index), INDEX_LABEL_OF[indexed.type]);
  makeIndexed(at, partition, { ...indexed, name });
  for (const part of table.partitions) cloneIndexed(at, part, indexed);
}

/** Everything that a partition takes over from its parent. */
export function cloneAll(at: Learning, parent: KnownTable, partition: RelationName): void {
  for (const index of parent.indexes.values()) {
    const constraint = index.constraint === undefined ? undefined : parent.constraints.get(index.constraint);
    if (constraint)
      cloneIndexed(at, partition, { index, type: constraint.type as IndexedType, deferrable: constraint.deferrable });
    else cloneIndex(at, partition, index);
  }
  for (const constraint of parent.constraints.values())
    if (constraint.type === 'foreign key') cloneForeignKey(at, partition, { ...constraint, made: at.made });
    else if (constraint.type === 'check') putConstraint(at, partition, { ...constraint, made: at.made });
}

function indexOf({ constraint, column }: Adding): { index: NamelessIndex; names: string[] } {
  const keys = column === undefined ? stringsOf(constraint.keys) : [column];
  const written = elementsOfExclusion(constraint.exclusions);
  const elements: Node[] = written.length > 0 ? written : keys.map((name) => ({ IndexElem: { name } }));
  const included = stringsOf(constraint.including);
  const expressions = elements.flatMap((one) => ('IndexElem' in one ? (one.IndexElem.expr ?? []) : []));
  const index: NamelessIndex = {
    columns: elements.map((one) => ('IndexElem' in one ? one.IndexElem.name : undefined)),
    included,
    method: constraint.access_method ?? 'btree',
    unique: constraint.contype !== 'CONSTR_EXCLUSION',
    partial: constraint.where_clause !== undefined,
    valid: true,
    ...keysOf(elements.flatMap((one) => ('IndexElem' in one ? one.IndexElem : []))),
    ...(constraint.nulls_not_distinct ? { nullsNotDistinct: true } : {}),
    mentions:
      expressions.length === 0 && !constraint.where_clause
        ? []
        : mentionedColumns([expressions, constraint.where_clause]),
    ...(expressions.length > 0 ? { expressions } : {}),
    ...(constraint.where_clause ? { predicate: constraint.where_clause } : {}),
  };
  return { index, names: keyNames([...elements, ...included.map((name): Node => ({ IndexElem: { name } }))]) };
}

/** The index takes the constraint's name. */
function addUsingIndex(adding: Adding, type: IndexedType, indexName: string): void {
  const { draft, made, table, constraint } = adding;
  const old = draft.table(table)?.indexes.get(indexName);
  const name = constraint.conname ?? indexName;
  const columns = (old?.columns ?? []).flatMap((one) => one ?? []);
  if (old) renameIndex(adding, table, old, { ...old, name, constraint: name });
  putConstraint(adding, table, { name, type, columns, validated: true, deferrable: deferrableOf(constraint), made });
  if (type === 'primary key') setNotNull(adding, table, columns);
}

export function renameIndex({ draft }: Learning, table: RelationName, old: KnownIndex, index: KnownIndex): void {
  draft.change(table, ({ indexes }) => ({
    indexes: new Map([...indexes].map(([key, one]) => (key === old.name ? [index.name, index] : [key, one]))),
  }));
}

export function putConstraint({ draft }: Learning, table: RelationName, constraint: KnownConstraint): void {
  draft.putConstraint(table, constraint);
}

function constraintName({ draft, table }: Adding, part: string | undefined, label: string): string {
  const taken = draft.table(table)?.constraints;
  return defaultName(table.name, part, label, (name) => taken?.has(name) === true);
}

/** Those that take over what is done to a table. */
export function familyOf(table: KnownTable | undefined): readonly RelationName[] {
  return table ? [...table.partitions, ...table.children] : [];
}
