import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf, relationName } from '../../syntax/names.ts';
import { all, as, type Fields } from '../../syntax/tree.ts';
import type { Marks } from '../marks.ts';
import { groupPath, memberPath, schemaPath, typePath } from '../paths.ts';
import { markReads, markSchemaObject, markType } from '../reads.ts';
import { markColumnNeeds } from './columns.ts';
import { markDefinitionReads } from './define.ts';
import { markCreated, newRelation } from './tables.ts';

function createType(marks: Marks, name: QualifiedName | undefined): void {
  if (!name) return;
  const full = { schema: name.schema ?? marks.before.defaultSchema, name: name.name };
  if (marks.before.userType(full)) {
    // Behind a guard: it does nothing.
    marks.reads(typePath(full), { weak: true });
    return;
  }
  marks.reads(schemaPath(full.schema));
  marks.creates(typePath(full));
}

/** CREATE TYPE ... AS ENUM */
export function markEnum(marks: Marks, { typeName }: Fields<'CreateEnumStmt'>): void {
  createType(marks, nameOf(typeName));
}

/** CREATE TYPE ... AS (...) */
export function markComposite(marks: Marks, { typevar, coldeflist }: Fields<'CompositeTypeStmt'>): void {
  const name = newRelation(marks, typevar);
  if (!name || !relationName(typevar)) return;
  for (const one of all('ColumnDef', coldeflist)) markColumnNeeds(marks, name, one);
  markCreated(marks, name);
}

/** CREATE TYPE ... AS RANGE */
export function markRange(marks: Marks, { typeName, params }: Fields<'CreateRangeStmt'>): void {
  markDefinitionReads(marks, params);
  createType(marks, nameOf(typeName));
}

/** CREATE DOMAIN */
export function markDomain(
  marks: Marks,
  { domainname, typeName, constraints, collClause }: Fields<'CreateDomainStmt'>,
): void {
  const name = nameOf(domainname);
  if (!name) return;
  const path = typePath({ schema: name.schema ?? marks.before.defaultSchema, name: name.name });
  marks.dependent(path, () => {
    markType(marks, typeName);
    markSchemaObject(marks, 'collation', nameOf(collClause?.collname));
  });
  const checks = [...(marks.after.domain(name)?.constraints.keys() ?? [])];
  for (const one of all('Constraint', constraints)) {
    const check = one.contype === 'CONSTR_CHECK' ? (one.conname ?? checks.shift()) : undefined;
    marks.dependent(check === undefined ? undefined : memberPath(path, 'constraints', check), () =>
      markReads(marks, one.raw_expr),
    );
  }
  createType(marks, name);
}

/** ALTER DOMAIN: what it may hold concerns all that use it. */
export function markAlterDomain(marks: Marks, { typeName, subtype, name, def }: Fields<'AlterDomainStmt'>): void {
  const written = nameOf(typeName);
  if (!written) return;
  const path = typePath(marks.before.resolveType(written));
  const constraint = as('Constraint', def);
  marks.reads(path);
  const added = memberPath(path, 'constraints', constraint?.conname ?? addedTo(marks, written) ?? '');
  marks.dependent(subtype === 'C' ? added : undefined, () => markReads(marks, def));
  if (subtype === 'C') marks.creates(added);
  else if (subtype === 'X') marks.drops(memberPath(path, 'constraints', name ?? ''));
  else if (subtype === 'V') marks.changes(memberPath(path, 'constraints', name ?? ''));
  else marks.changes(memberPath(path, 'settings', subtype === 'T' ? 'default' : 'not null'));
}

function addedTo({ before, after }: Marks, written: QualifiedName): string | undefined {
  const old = before.domain(written)?.constraints;
  return [...(after.domain(written)?.constraints.keys() ?? [])].find((name) => !old?.has(name));
}

/** ALTER TYPE ... ADD VALUE, RENAME VALUE. Who uses a label is not told apart: the type is used then. */
export function markEnumValue(
  marks: Marks,
  { typeName, oldVal, newVal = '', newValNeighbor }: Fields<'AlterEnumStmt'>,
): void {
  const written = nameOf(typeName);
  if (!written) return;
  const path = typePath(marks.before.resolveType(written));
  marks.reads(path);
  // Their order is part of the type.
  marks.readsAll(groupPath(path, 'labels'), true);
  if (newValNeighbor !== undefined) marks.reads(memberPath(path, 'labels', newValNeighbor));
  if (oldVal !== undefined) marks.drops(memberPath(path, 'labels', oldVal));
  marks.creates(memberPath(path, 'labels', newVal));
}
