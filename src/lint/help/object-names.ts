import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf, stringsOf } from '../../syntax/names.ts';
import { as, type Node } from '../../syntax/tree.ts';

/** The name of an object as DROP, RENAME and SET SCHEMA keep it: a list, a routine with arguments, a type, or one string. */
export function objectName(object: Node | undefined): QualifiedName | undefined {
  const one = as('String', object)?.sval;
  if (one !== undefined) return { name: one };
  return (
    nameOf(as('List', object)?.items) ??
    nameOf(as('ObjectWithArgs', object)?.objname) ??
    nameOf(as('TypeName', object)?.names)
  );
}

/** A part of a relation (trigger, policy, rule): its relation and its name. */
export function partName(object: Node | undefined): { relation: QualifiedName; part: string } | undefined {
  const parts = stringsOf(as('List', object)?.items);
  const part = parts.pop();
  const [name, schema] = [parts.pop(), parts.pop()];
  if (part === undefined || name === undefined) return undefined;
  return { relation: schema === undefined ? { name } : { schema, name }, part };
}
