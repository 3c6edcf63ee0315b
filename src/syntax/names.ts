import type { RangeVar } from '@pgsql/types';
import type { QualifiedName } from '../sql/token-reader.ts';
import { as, type Node } from './tree.ts';

/** The name of a relation as written, folded. A catalog name before the schema is left out. */
export function relationName(relation: RangeVar | undefined): QualifiedName | undefined {
  if (!relation?.relname) return undefined;
  const { schemaname: schema, relname: name } = relation;
  return schema ? { schema, name } : { name };
}

/** The texts of a list of String nodes: `{pg_catalog, int4}`. */
export function stringsOf(nodes: readonly Node[] | undefined): string[] {
  const texts: string[] = [];
  for (const node of nodes ?? []) {
    const text = as('String', node)?.sval;
    if (text !== undefined) texts.push(text);
  }
  return texts;
}

/** A name that the tree keeps as a list of strings; the last two count. */
export function nameOf(nodes: readonly Node[] | undefined): QualifiedName | undefined {
  let schema: string | undefined;
  let name: string | undefined;
  for (const node of nodes ?? []) {
    const text = as('String', node)?.sval;
    if (text !== undefined) [schema, name] = [name, text];
  }
  if (name === undefined) return undefined;
  return schema === undefined ? { name } : { schema, name };
}

/** The names in DROP TABLE, DROP INDEX and the like: each a list of strings. */
export function namesOf(objects: readonly Node[] | undefined): QualifiedName[] {
  return (objects ?? []).flatMap((object) => nameOf(as('List', object)?.items) ?? []);
}
