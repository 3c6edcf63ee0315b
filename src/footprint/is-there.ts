import type { ObjectPath } from '../graph/object.ts';
import type { Known } from '../known/known.ts';
import type { KnownUserType } from '../known/table.ts';

/** Whether it is known that an object is there: by the files before, or by a server. Of other kinds nobody knows. */
export function isThere(known: Known, [schema, object, group, member]: ObjectPath): boolean {
  if (schema?.space !== 'schema' || !object) return false;
  const name = { schema: schema.name, name: object.name };
  if (object.space === 'type') return isInType(known.userType(name), group?.space, member?.name);
  if (object.space === 'function') return known.functions(name).length > 0;
  if (object.space !== 'relation') return false;
  const table = known.table(name);
  if (!group) return table !== undefined || known.index(name) !== undefined;
  return group.space === 'columns' && member !== undefined && table?.columns.has(member.name) === true;
}

function isInType(type: KnownUserType | undefined, group: string | undefined, member: string | undefined): boolean {
  if (group === undefined || member === undefined) return type !== undefined;
  if (type?.kind === 'enum') return group === 'labels' && type.labels.has(member);
  return type?.kind === 'domain' && group === 'constraints' && type.constraints.has(member);
}
