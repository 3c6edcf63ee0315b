import { nameOf, relationName, stringsOf } from '../../syntax/names.ts';
import { all, as, type Fields } from '../../syntax/tree.ts';
import { defaultName } from '../default-names.ts';
import { emptyTable } from '../draft.ts';
import type { DomainConstraint, KnownDomain, KnownEnum, Made } from '../table.ts';
import { qualifiedName, typeOf } from '../types.ts';
import { volatilityOf } from '../volatility.ts';
import { columnOf } from './columns.ts';
import type { Learning } from './indexes.ts';

/** CREATE TYPE ... AS ENUM */
export function learnEnum({ draft, made }: Learning, { typeName, vals }: Fields<'CreateEnumStmt'>): void {
  const name = nameOf(typeName);
  if (!name) return;
  const labels = new Map(stringsOf(vals).map((label) => [label, made]));
  draft.putType({ kind: 'enum', name: draft.newName(name), labels, made });
}

/** ALTER TYPE ... ADD VALUE, RENAME VALUE. Of an enum that is not known, the new label is known from now on. */
export function learnEnumValue({ draft, made }: Learning, statement: Fields<'AlterEnumStmt'>): void {
  const written = nameOf(statement.typeName);
  if (!written) return;
  const name = draft.resolveType(written);
  const old: KnownEnum = draft.enum(name) ?? { kind: 'enum', name, labels: new Map() };
  const labels = statement.oldVal === undefined ? withLabel(old, statement, made) : withRenamed(old, statement);
  draft.putType({ ...old, labels });
}

type Labels = KnownEnum['labels'];

function withLabel({ labels }: KnownEnum, statement: Fields<'AlterEnumStmt'>, made: Made | undefined): Labels {
  const { newVal = '', newValNeighbor, newValIsAfter } = statement;
  if (labels.has(newVal)) return labels;
  const entries = [...labels];
  const at = entries.findIndex(([label]) => label === newValNeighbor);
  entries.splice(at < 0 ? entries.length : newValIsAfter ? at + 1 : at, 0, [newVal, made]);
  return new Map(entries);
}

function withRenamed({ labels }: KnownEnum, { oldVal, newVal = '' }: Fields<'AlterEnumStmt'>): Labels {
  return new Map([...labels].map(([label, made]) => [label === oldVal ? newVal : label, made]));
}

/** CREATE TYPE ... AS (...) */
export function learnComposite(at: Learning, { typevar, coldeflist }: Fields<'CompositeTypeStmt'>): void {
  const name = relationName(typevar);
  if (!name) return;
  const columns = all('ColumnDef', coldeflist).map((one) => columnOf(at, one));
  at.draft.putTable({
    ...emptyTable(at.draft.newName(name), 'composite type'),
    columns: new Map(columns.map((one) => [one.name, one])),
    made: at.made,
  });
}

/** CREATE TYPE of another kind. */
export function learnOtherType({ draft, made }: Learning, names: Fields<'CreateRangeStmt'>['typeName']): void {
  const name = nameOf(names);
  if (name) draft.putType({ kind: 'other', name: draft.newName(name), made });
}

/** CREATE DOMAIN */
export function learnDomain(at: Learning, statement: Fields<'CreateDomainStmt'>): void {
  const { draft, made } = at;
  const name = nameOf(statement.domainname);
  if (!name || !statement.typeName) return;
  let domain: KnownDomain = {
    kind: 'domain',
    name: draft.newName(name),
    base: typeOf(draft, statement.typeName),
    notNull: false,
    constrained: false,
    constraints: new Map(),
    made,
  };
  for (const constraint of all('Constraint', statement.constraints)) domain = withConstraint(at, domain, constraint);
  putDomain(at, domain);
}

/** A domain over it that was made before keeps what was known of it then. */
function putDomain({ draft }: Learning, domain: KnownDomain): void {
  const under = draft.domain(qualifiedName(domain.base.name));
  const constrained = domain.notNull || domain.constraints.size > 0 || under?.constrained === true;
  draft.putType({ ...domain, constrained });
}

function withConstraint({ draft, made }: Learning, domain: KnownDomain, constraint: Fields<'Constraint'>): KnownDomain {
  const { contype, conname, raw_expr: expression, skip_validation: notValid } = constraint;
  if (contype === 'CONSTR_NOTNULL') return { ...domain, notNull: true };
  if (contype === 'CONSTR_DEFAULT') return { ...domain, default: volatilityOf(draft, expression) };
  if (contype !== 'CONSTR_CHECK') return domain;
  const { constraints } = domain;
  const name = conname ?? defaultName(domain.name.name, undefined, 'check', (one) => constraints.has(one));
  const check: DomainConstraint = { name, validated: !notValid, made };
  return { ...domain, constraints: new Map(constraints).set(name, check) };
}

/** ALTER DOMAIN */
export function learnAlterDomain(at: Learning, statement: Fields<'AlterDomainStmt'>): void {
  const domain = at.draft.domain(nameOf(statement.typeName));
  if (domain) putDomain(at, alteredDomain(at, domain, statement));
}

/** By subtype, see AlterDomainStmt of nodes/parsenodes.h. */
function alteredDomain(at: Learning, domain: KnownDomain, statement: Fields<'AlterDomainStmt'>): KnownDomain {
  const { subtype, name = '', def } = statement;
  const constraint = as('Constraint', def);
  if (subtype === 'N' || subtype === 'O') return { ...domain, notNull: subtype === 'O' };
  if (subtype === 'T') return { ...domain, default: def && volatilityOf(at.draft, def) };
  if (subtype === 'C' && constraint) return withConstraint(at, domain, constraint);
  const constraints = new Map(domain.constraints);
  const old = constraints.get(name);
  if (subtype === 'X') constraints.delete(name);
  if (subtype === 'V' && old) constraints.set(name, { ...old, validated: true });
  return { ...domain, constraints };
}
