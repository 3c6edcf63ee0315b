import type { KnownConstraint, RelationName } from '../../known/table.ts';
import { nameOf, relationName, stringsOf } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import { markColumnRead } from '../columns-read.ts';
import { markKeyRead } from '../keys.ts';
import type { Marks } from '../marks.ts';
import { markOperatorRead } from '../operators.ts';
import { globalPath, indexPath, knownRelationPath, memberPath } from '../paths.ts';
import { markReads, markSchemaObject } from '../reads.ts';
import { sourceNamed } from '../source.ts';
import { readTablespace } from './tablespaces.ts';

type Constraint = Fields<'Constraint'>;

/** What a constraint of a table or of one of its columns reads, and cannot be without. */
export function markConstraintReads(marks: Marks, table: RelationName, constraint: Constraint, column?: string): void {
  marks.dependent(dependentOf(marks, table, constraint, column), () => markNeeds(marks, table, constraint));
}

/** A default and an expression belong to the column; of a constraint without a name it is known which one has been made. */
function dependentOf({ before, after }: Marks, table: RelationName, constraint: Constraint, column?: string) {
  const path = knownRelationPath(after, table);
  if (column !== undefined) {
    const own = memberPath(path, 'columns', column);
    if (constraint.contype === 'CONSTR_DEFAULT') return memberPath(own, 'settings', 'default');
    if (constraint.contype === 'CONSTR_GENERATED') return own;
  }
  const old = before.table(table)?.constraints;
  const made = [...(after.table(table)?.constraints.values() ?? [])].filter(({ name }) => !old?.has(name));
  const isIt = ({ expression, columns, references }: KnownConstraint) =>
    constraint.pktable
      ? references?.table.name === constraint.pktable.relname &&
        columns.join('\0') === (column ?? stringsOf(constraint.fk_attrs).join('\0'))
      : constraint.raw_expr !== undefined && expression === constraint.raw_expr;
  const name = constraint.conname ?? made.find(isIt)?.name;
  return name === undefined ? undefined : memberPath(path, 'constraints', name);
}

function markNeeds(marks: Marks, table: RelationName, constraint: Constraint): void {
  const { keys, fk_attrs, including, raw_expr, exclusions, where_clause, pktable, indexname, indexspace } = constraint;
  for (const column of [keys, fk_attrs, including].flatMap(stringsOf)) markColumnRead(marks, table, column);
  markReads(marks, [raw_expr, exclusions, where_clause], [sourceNamed(table, table.name)]);
  for (const one of exclusions ?? []) markExclusion(marks, table, one);
  if (exclusions) marks.reads(globalPath('extension', 'btree_gist'), { weak: true });
  if (indexname) marks.changes(indexPath(marks.before, { schema: table.schema, name: indexname }));
  readTablespace(marks, indexspace);
  if (pktable) marks.at(pktable.location, () => markReferenced(marks, constraint));
}

/** `{element, {schema, operator}}` */
function markExclusion(marks: Marks, table: RelationName, exclusion: Node): void {
  const items = as('List', exclusion)?.items;
  for (const { name, opclass, collation } of all('IndexElem', items)) {
    if (name) markColumnRead(marks, table, name);
    markSchemaObject(marks, 'operator class', nameOf(opclass));
    markSchemaObject(marks, 'collation', nameOf(collation));
  }
  for (const operator of all('List', items)) markOperatorRead(marks, nameOf(operator.items));
}

/** The key that it points at has to be there. */
function markReferenced(marks: Marks, { pktable, pk_attrs }: Constraint): void {
  const written = relationName(pktable);
  if (!written) return;
  const name = marks.before.resolve(written);
  marks.reads(knownRelationPath(marks.before, name));
  const columns = stringsOf(pk_attrs);
  for (const column of columns) markColumnRead(marks, name, column);
  if (columns.length > 0) markKeyRead(marks, name, { columns });
  else markPrimaryKeyRead(marks, name);
}

function markPrimaryKeyRead(marks: Marks, name: RelationName): void {
  const constraints = [...(marks.before.table(name)?.constraints.values() ?? [])];
  const key = constraints.find(({ type }) => type === 'primary key');
  if (key) marks.reads(memberPath(knownRelationPath(marks.before, name), 'constraints', key.name));
  else markKeyRead(marks, name, { columns: [] });
}
