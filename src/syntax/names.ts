import type { RangeVar } from '@pgsql/types';
import type { QualifiedName } from '../sql/token-reader.ts';
import { all, as, type Node } from './tree.ts';

/** The name of a relation as written, folded. A catalog name before the schema is left out. */
export function relationName(relation: RangeVar | undefined): QualifiedName | undefined {
  if (!relation?.relname) return undefined;
  const { schemaname: schema, relname: name } = relation;
  return schema ? { schema, name } : { name };
}

/** The texts of a list of String nodes: `{pg_catalog, int4}`. */
export function stringsOf(nodes: readonly Node[] | undefined): string[] {
  const texts: string[] = [];
  for (const { sval } of all('String', nodes)) if (sval !== undefined) texts.push(sval);
  return texts;
}

/** A name that the tree keeps as a list of strings; the last two count. */
export function nameOf(nodes: readonly Node[] | undefined): QualifiedName | undefined {
  const strings = stringsOf(nodes);
  const name = strings.at(-1);
  if (name === undefined) return undefined;
  const schema = strings.at(-2);
  return schema === undefined ? { name } : { schema, name };
}

/** The names in DROP TABLE, DROP INDEX and the like: each a list of strings. */
export function namesOf(objects: readonly Node[] | undefined): QualifiedName[] {
  return (objects ?? []).flatMap((object) => nameOf(as('List', object)?.items) ?? []);
}
