import type { KnownConstraint, KnownTable } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName, stringsOf } from '../../syntax/names.ts';
import type { Fields } from '../../syntax/tree.ts';
import type { FormId, FormUse } from '../form.ts';
import { setNotNullForm } from './not-null.ts';
import { partitionsOf } from './roles.ts';
import { type Context, type Details, type Named, use } from './use.ts';

type Constraint = Fields<'Constraint'>;

type ConstraintUse = (
  context: Context,
  target: QualifiedName | undefined,
  constraint: Constraint,
  details: Details,
) => FormUse | undefined;

/** ADD [CONSTRAINT ...]. */
export const addConstraintUse: ConstraintUse = (context, target, constraint, details) => {
  const id = formOfConstraint(context, target, constraint);
  if (!id) return undefined;
  const { pktable, indexname } = constraint;
  const names: Named = {
    ...(pktable ? { 'referenced table': withPartitions(context, relationName(pktable)) } : {}),
    ...(indexname ? { indexes: [{ ...(target?.schema ? { schema: target.schema } : {}), name: indexname }] } : {}),
  };
  const part = constraint.conname ?? stringsOf(constraint.keys)[0];
  return use(context, id, target, { ...details, part, location: constraint.location, names });
};

function formOfConstraint(
  context: Context,
  target: QualifiedName | undefined,
  constraint: Constraint,
): FormId | undefined {
  const { contype, skip_validation: unproven, indexname } = constraint;
  switch (contype) {
    case 'CONSTR_CHECK':
      return unproven ? 'add-check-not-valid' : 'add-check';
    case 'CONSTR_FOREIGN':
      if (unproven) return 'add-foreign-key-not-valid';
      return isInPartitions(context, target, constraint) ? 'add-foreign-key-over-partitions' : 'add-foreign-key';
    case 'CONSTR_NOTNULL':
      return unproven ? 'add-not-null-not-valid' : setNotNullForm(context, target, stringsOf(constraint.keys)[0] ?? '');
    case 'CONSTR_UNIQUE':
      return indexname ? 'add-unique-using-index' : 'add-unique';
    case 'CONSTR_PRIMARY':
      return indexname ? primaryKeyForm(context, target, indexname) : 'add-primary-key';
    case 'CONSTR_EXCLUSION':
      return 'add-exclude';
    default:
      return undefined;
  }
}

/** The columns of a primary key become NOT NULL, which is looked at where they are not yet. */
function primaryKeyForm({ known }: Context, target: QualifiedName | undefined, indexname: string): FormId {
  const table = known.table(target);
  const columns = table?.indexes.get(indexname)?.columns ?? [];
  const nullable = columns.some((name) => name !== undefined && table?.columns.get(name)?.notNull === false);
  return nullable ? 'add-primary-key-using-index-nullable' : 'add-primary-key-using-index';
}

/** Whether every partition has that foreign key by itself. */
function isInPartitions({ known }: Context, target: QualifiedName | undefined, constraint: Constraint): boolean {
  const { partitions = [] } = known.table(target) ?? {};
  const to = relationName(constraint.pktable);
  if (partitions.length === 0 || !to) return false;
  const [columns, referenced] = [stringsOf(constraint.fk_attrs).join('\0'), known.resolve(to)];
  return partitions.every((partition) =>
    [...(known.table(partition)?.constraints.values() ?? [])].some(
      ({ references, validated, columns: own }) =>
        validated &&
        references?.table.name === referenced.name &&
        references.table.schema === referenced.schema &&
        own.join('\0') === columns,
    ),
  );
}

/** A partitioned table that is referenced is locked with its partitions. */
export function withPartitions({ known }: Context, name: QualifiedName | undefined): QualifiedName[] {
  const table = known.table(name);
  return name ? [name, ...(table ? partitionsOf(known, table) : [])] : [];
}

type ByName = (context: Context, target: QualifiedName | undefined, name: string, details: Details) => FormUse;

/** VALIDATE CONSTRAINT: the name alone does not say what it is. */
export const validateConstraintUse: ByName = (context, target, name, details) => {
  const constraint = context.known.table(target)?.constraints.get(name);
  const id = VALIDATES[constraint?.type ?? 'unknown'] ?? 'validate-constraint';
  return use(context, id, target, { ...details, part: name, names: referencedOf(context, constraint) });
};

const VALIDATES: Readonly<Record<string, FormId>> = {
  check: 'validate-check',
  'foreign key': 'validate-foreign-key',
  'not null': 'validate-not-null',
};

/** DROP CONSTRAINT. */
export const dropConstraintUse: ByName = (context, target, name, details) => {
  const table = context.known.table(target);
  const constraint = table?.constraints.get(name);
  if (constraint?.type === 'foreign key') {
    return use(context, 'drop-foreign-key', target, {
      ...details,
      part: name,
      names: referencedOf(context, constraint),
    });
  }
  const holders = table && constraint ? holdersOf(context, table, constraint) : [];
  const names: Named = table && constraint ? { indexes: indexOf(table, name), 'referencing tables': holders } : {};
  return use(context, holders.length > 0 ? 'drop-primary-key-cascade' : 'drop-constraint', target, {
    ...details,
    part: name,
    names,
  });
};

function referencedOf(context: Context, constraint: KnownConstraint | undefined): Named {
  return constraint?.references ? { 'referenced table': withPartitions(context, constraint.references.table) } : {};
}

function indexOf(table: KnownTable, constraint: string): QualifiedName[] {
  const index = [...table.indexes.values()].find((one) => one.constraint === constraint);
  return index ? [{ schema: table.name.schema, name: index.name }] : [];
}

/** Tables whose foreign keys need this key; a key that names no columns points at the primary key. */
function holdersOf({ known }: Context, table: KnownTable, { type, columns }: KnownConstraint): QualifiedName[] {
  if (type !== 'primary key' && type !== 'unique') return [];
  const keys = known.referencing(table.name).filter(({ table: holder, constraint }) => {
    const to = holder.constraints.get(constraint)?.references?.columns ?? [];
    return to.length === 0
      ? type === 'primary key'
      : to.length === columns.length && to.every((one) => columns.includes(one));
  });
  const names = keys.map(({ table: holder }) => holder.name);
  return names.filter(
    (name, index) => names.findIndex((one) => one.name === name.name && one.schema === name.schema) === index,
  );
}
