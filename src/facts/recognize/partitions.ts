import type { PartitionBoundSpec } from '@pgsql/types';
import type { KnownTable } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import type { Fields } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import type { FormId, FormUse } from '../form.ts';
import { type Context, type Details, use } from './use.ts';

type Partition = Fields<'PartitionCmd'>;

/** ATTACH PARTITION: without reading rows where valid CHECKs of the new partition, and of the default one, prove them. */
export function attachUse(context: Context, target: QualifiedName | undefined, partition: Partition): FormUse {
  const proven = isProven(context, target, relationName(partition.name), partition.bound);
  const id: FormId = proven ? 'attach-partition-proven' : 'attach-partition';
  return use(context, id, target, aboutPartition(partition));
}

export function detachUse(context: Context, target: QualifiedName | undefined, partition: Partition): FormUse {
  const id = partition.concurrent ? 'detach-partition-concurrently' : 'detach-partition';
  return use(context, id, target, aboutPartition(partition));
}

export function finalizeUse(context: Context, target: QualifiedName | undefined, partition: Partition): FormUse {
  return use(context, 'detach-partition-finalize', target, aboutPartition(partition));
}

function aboutPartition({ name }: Partition): Details {
  const partition = relationName(name);
  return {
    part: name?.relname,
    location: name?.location,
    names: partition ? { partition: [partition] } : {},
  };
}

/**
 * The server proves it from the bound and the CHECKs. Here the values of the bound have to stand in a valid CHECK, which for what
 * people write is the same.
 */
function isProven(
  { known }: Context,
  target: QualifiedName | undefined,
  partition: QualifiedName | undefined,
  bound: PartitionBoundSpec | undefined,
): boolean {
  const [parent, child] = [known.table(target), known.table(partition)];
  if (!parent || !child || !holdsBound(child, bound)) return false;
  const others = parent.partitions.map((name) => known.table(name)).filter((table) => table?.isDefault);
  return others.every((table) => table !== undefined && holdsBound(table, bound));
}

/** Whether a valid CHECK of the table has the values of the bound in it, so that its rows need not be read. */
export function holdsBound({ constraints }: KnownTable, bound: PartitionBoundSpec | undefined): boolean {
  const values = valuesOf([...(bound?.listdatums ?? []), ...(bound?.lowerdatums ?? []), ...(bound?.upperdatums ?? [])]);
  if (values.length === 0) return false;
  return [...constraints.values()].some(({ type, validated, expression, definition = '' }) => {
    if (type !== 'check' || !validated) return false;
    const own = valuesOf(expression);
    return values.every((value) => own.includes(value) || definition.includes(value));
  });
}

function valuesOf(expression: unknown): string[] {
  return nodesOf('A_Const', expression).flatMap(({ ival, fval, sval }) => {
    if (ival) return String(ival.ival ?? 0);
    return fval?.fval ?? sval?.sval ?? [];
  });
}
