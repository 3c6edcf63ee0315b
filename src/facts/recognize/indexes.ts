import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { all, type Fields, type Node } from '../../syntax/tree.ts';
import type { FormId, FormUse } from '../form.ts';
import { type Context, type Details, type Named, use } from './use.ts';

export function createIndexUses(context: Context, statement: Fields<'IndexStmt'>): FormUse[] {
  const target = relationName(statement.relation);
  const { location } = statement.relation ?? {};
  return [use(context, formOfIndex(context, statement), target, { part: statement.idxname, location })];
}

function formOfIndex(context: Context, { concurrent, relation }: Fields<'IndexStmt'>): FormId {
  if (concurrent) return 'create-index-concurrently';
  if (relation?.inh !== true) return 'create-index-only';
  return isPartitioned(context, relationName(relation)) ? 'create-index-partitioned' : 'create-index';
}

function isPartitioned({ known }: Context, name: QualifiedName | undefined): boolean {
  const table = known.table(name) ?? known.index(name)?.table;
  return table?.kind === 'partitioned table';
}

export function reindexUses(context: Context, { kind, relation, params }: Fields<'ReindexStmt'>): FormUse[] {
  const target = relationName(relation);
  const about = { location: relation?.location };
  if (!target) return [use(context, 'reindex-all', undefined)];
  if (context.serverMajor >= 14 && isPartitioned(context, target))
    return [reindexPartitionedUse(context, target, about)];
  const isIndex = kind === 'REINDEX_OBJECT_INDEX';
  if (isSet(params, 'concurrently')) {
    const names: Named = isIndex ? { indexes: [] } : { 'table of the index': [] };
    return [use(context, 'reindex-concurrently', target, { ...about, names })];
  }
  return [use(context, isIndex ? 'reindex-index' : 'reindex-table', target, about)];
}

function reindexPartitionedUse(context: Context, target: QualifiedName, about: Details): FormUse {
  const table = context.known.index(target)?.table;
  if (!table) return use(context, 'reindex-partitioned', target, about);
  return use(context, 'reindex-partitioned-index', target, { ...about, names: { 'table of the index': [table.name] } });
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
