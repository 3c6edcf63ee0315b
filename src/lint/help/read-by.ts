import type { Known } from '../../known/known.ts';
import type { RelationName } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { shown } from './shown.ts';
import { listedFew } from './shown-column.ts';
import { shortName } from './tables.ts';

/** Who would go or fail with a relation, as far as it is known: views that read it, tables whose foreign keys point at it. */
export function dependents(
  known: Known,
  name: QualifiedName,
): { readonly views: RelationName[]; readonly tables: RelationName[] } {
  const resolved = known.resolve(name);
  const tables = known.referencing(resolved).map(({ table }) => table.name);
  return {
    views: [...known.dependents(resolved)],
    tables: tables.filter((one) => one.name !== resolved.name || one.schema !== resolved.schema),
  };
}

/** `; it is read by active_users; foreign keys of orders point at it`: the end of a sentence, empty where nothing is known. */
export function readByClause(known: Known, name: QualifiedName): string {
  const { views, tables } = dependents(known, name);
  return [
    ...(views.length > 0 ? [`; it is read by ${names(known, views)}`] : []),
    ...(tables.length > 0 ? [`; foreign keys of ${names(known, tables)} point at it`] : []),
  ].join('');
}

/** Names as people write them where the search_path is the usual one. */
export function names(known: Known, all: readonly RelationName[]): string {
  return listedFew(all.map((name) => shown(shortName({ known }, name))));
}
