import { relationName } from '../../syntax/names.ts';
import { all, type Fields } from '../../syntax/tree.ts';
import type { FormId, FormUse } from '../form.ts';
import { isSet } from './indexes.ts';
import { allReferencing } from './roles.ts';
import { type Context, type Named, use } from './use.ts';

/** VACUUM and ANALYZE: each table that they name; none named: all of them. */
export function vacuumUses(context: Context, statement: Fields<'VacuumStmt'>): FormUse[] {
  const id = formOfVacuum(statement);
  const relations = all('VacuumRelation', statement.rels).map(({ relation }) => relation);
  if (relations.length === 0) return [use(context, id, undefined)];
  return relations.map((relation) => use(context, id, relationName(relation), { location: relation?.location }));
}

function formOfVacuum({ is_vacuumcmd: isVacuum, options }: Fields<'VacuumStmt'>): FormId {
  if (!isVacuum) return 'analyze';
  return isSet(options, 'full') ? 'vacuum-full' : 'vacuum';
}

export function clusterUses(context: Context, { relation }: Fields<'ClusterStmt'>): FormUse[] {
  if (!relation) return [use(context, 'cluster-all', undefined)];
  return [use(context, 'cluster', relationName(relation), { location: relation.location })];
}

export function refreshUses(context: Context, { relation, concurrent }: Fields<'RefreshMatViewStmt'>): FormUse[] {
  const id = concurrent ? 'refresh-materialized-view-concurrently' : 'refresh-materialized-view';
  return [use(context, id, relationName(relation), { location: relation?.location })];
}

export function truncateUses(context: Context, statement: Fields<'TruncateStmt'>): FormUse[] {
  const { relations, behavior, restart_seqs: restarts } = statement;
  const names: Named = restarts ? {} : { sequence: [] };
  const cascades = behavior === 'DROP_CASCADE';
  return all('RangeVar', relations).map((relation) => {
    const target = relationName(relation);
    const table = cascades ? context.known.table(target) : undefined;
    return use(context, cascades ? 'truncate-cascade' : 'truncate', target, {
      names: table ? { ...names, 'referencing tables': allReferencing(context.known, table) } : names,
      location: relation.location,
      only: relation.inh !== true,
    });
  });
}
