import type { ObjectPath } from '../graph/object.ts';
import type { Known } from '../known/known.ts';

/** Whether it is known that an object is there: by the files before, or by a server. Of other kinds nobody knows. */
export function isThere(known: Known, [schema, object, group, member]: ObjectPath): boolean {
  if (schema?.space !== 'schema' || !object) return false;
  const name = { schema: schema.name, name: object.name };
  if (object.space === 'type') return known.userType(name) !== undefined;
  if (object.space === 'function') return known.functions(name).length > 0;
  if (object.space !== 'relation') return false;
  const table = known.table(name);
  if (!group) return table !== undefined || known.index(name) !== undefined;
  return group.space === 'columns' && member !== undefined && table?.columns.has(member.name) === true;
}
