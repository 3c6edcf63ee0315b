import type { RangeVar } from '@pgsql/types';
import type { QualifiedName } from '../sql/token-reader.ts';
import { as, type Node } from './tree.ts';

/** The name of a relation as written, folded. A catalog name before the schema is left out. */
export function relationName(relation: RangeVar | undefined): QualifiedName | undefined {
  if (!relation?.relname) return undefined;
  return { ...(relation.schemaname ? { schema: relation.schemaname } : {}), name: relation.relname };
}

/** The texts of a list of String nodes: `{pg_catalog, int4}`. */
export function stringsOf(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => as('String', node)?.sval ?? []);
}

/** A name that the tree keeps as a list of strings; the last two count. */
export function nameOf(nodes: readonly Node[] | undefined): QualifiedName | undefined {
  const [schema, name] = stringsOf(nodes).slice(-2);
  if (schema === undefined) return undefined;
  return name === undefined ? { name: schema } : { schema, name };
}

/** The names in DROP TABLE, DROP INDEX and the like: each a list of strings. */
export function namesOf(objects: readonly Node[] | undefined): QualifiedName[] {
  return (objects ?? []).flatMap((object) => nameOf(as('List', object)?.items) ?? []);
}
