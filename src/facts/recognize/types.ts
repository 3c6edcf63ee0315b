import type { KnownTable } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf } from '../../syntax/names.ts';
import { as, type Fields } from '../../syntax/tree.ts';
import type { FormId, FormUse } from '../form.ts';
import { type Context, use } from './use.ts';

export function enumUses(context: Context, { typeName, oldVal, newVal }: Fields<'AlterEnumStmt'>): FormUse[] {
  const id = oldVal === undefined ? 'add-enum-value' : 'rename-enum-value';
  return [use(context, id, nameOf(typeName), { part: oldVal ?? newVal })];
}

/** By AlterDomainStmt.subtype; the others (defaults, dropping) look at no table. */
export function domainUses(context: Context, statement: Fields<'AlterDomainStmt'>): FormUse[] {
  const constraint = as('Constraint', statement.def);
  const id = formOfDomain(statement.subtype ?? '', constraint);
  const target = nameOf(statement.typeName);
  if (!id || !target) return [];
  const part = constraint?.conname ?? statement.name;
  const names = { 'tables using it': tablesOfType(context, target) };
  return [use(context, id, target, { part, location: constraint?.location, names })];
}

function formOfDomain(subtype: string, constraint: Fields<'Constraint'> | undefined): FormId | undefined {
  if (subtype === 'V') return 'alter-domain-validate';
  if (subtype === 'O') return 'alter-domain-set-not-null';
  if (subtype !== 'C') return undefined;
  if (constraint?.contype === 'CONSTR_NOTNULL') return 'alter-domain-set-not-null';
  return constraint?.skip_validation ? 'alter-domain-add-check-not-valid' : 'alter-domain-add-check';
}

/** Those of the known tables that have a column of the type; none found says nothing. */
export function tablesOfType({ known }: Context, type: QualifiedName): QualifiedName[] | undefined {
  const { schema, name } = known.resolveType(type);
  const spellings = [name, `${schema}.${name}`];
  const tables = [...known.tables()].filter((table) => has(table, spellings));
  return tables.length > 0 ? tables.map((table) => table.name) : undefined;
}

function has({ kind, columns }: KnownTable, spellings: readonly string[]): boolean {
  const stores = kind === 'table' || kind === 'partitioned table' || kind === 'materialized view';
  return stores && [...columns.values()].some(({ type }) => type !== undefined && spellings.includes(type.name));
}
