import { relationName } from '../../syntax/names.ts';
import { all, type Fields, type Node } from '../../syntax/tree.ts';
import type { FormId, FormUse } from '../form.ts';
import { type Context, type Named, use } from './use.ts';

export function createIndexUses(context: Context, statement: Fields<'IndexStmt'>): FormUse[] {
  const target = relationName(statement.relation);
  const { location } = statement.relation ?? {};
  return [use(context, formOfIndex(context, statement), target, { part: statement.idxname, location })];
}

function formOfIndex({ known }: Context, { concurrent, relation }: Fields<'IndexStmt'>): FormId {
  if (concurrent) return 'create-index-concurrently';
  if (relation?.inh !== true) return 'create-index-only';
  const isPartitioned = known.table(relationName(relation))?.kind === 'partitioned table';
  return isPartitioned ? 'create-index-partitioned' : 'create-index';
}

export function reindexUses(context: Context, { kind, relation, params }: Fields<'ReindexStmt'>): FormUse[] {
  const target = relationName(relation);
  const about = { location: relation?.location };
  if (!target) return [use(context, 'reindex-all', undefined)];
  const isIndex = kind === 'REINDEX_OBJECT_INDEX';
  if (isSet(params, 'concurrently')) {
    const names: Named = isIndex ? { indexes: [] } : { 'table of the index': [] };
    return [use(context, 'reindex-concurrently', target, { ...about, names })];
  }
  return [use(context, isIndex ? 'reindex-index' : 'reindex-table', target, about)];
}

/** An option in parentheses or as a word: `(FULL)`, `(FULL true)`, `(FULL on)`, `(FULL 1)`. */
export function isSet(options: readonly Node[] | undefined, name: string): boolean {
  const found = all('DefElem', options).find(({ defname }) => defname === name);
  if (!found) return false;
  return (
    found.arg === undefined ||
    !/"(?:sval|boolval|ival)":(?:"?(?:false|off|0)"?)|^\{"Integer":\{\}\}$/i.test(JSON.stringify(found.arg))
  );
}
