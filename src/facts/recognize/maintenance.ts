import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { all, type Fields } from '../../syntax/tree.ts';
import type { FormId, FormUse } from '../form.ts';
import { isSet } from './indexes.ts';
import { allReferencing, sequencesOf } from './roles.ts';
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
  const id = statement.behavior === 'DROP_CASCADE' ? 'truncate-cascade' : 'truncate';
  return all('RangeVar', statement.relations).map((relation) => {
    const target = relationName(relation);
    const names = emptied(context, statement, target);
    return use(context, id, target, { names, location: relation.location, only: relation.inh !== true });
  });
}

/** CASCADE empties those that refer to it, too; RESTART IDENTITY sets the sequences of all of them. */
function emptied({ known }: Context, statement: Fields<'TruncateStmt'>, target: QualifiedName | undefined): Named {
  const table = known.table(target);
  const holders = table && statement.behavior === 'DROP_CASCADE' ? allReferencing(known, table) : [];
  const tables = [table, ...holders.map((name) => known.table(name))].flatMap((one) => one ?? []);
  if (!table) return statement.restart_seqs ? {} : { sequence: [] };
  return {
    'referencing tables': holders,
    sequence: statement.restart_seqs ? tables.flatMap((one) => sequencesOf(known, one)) : [],
  };
}
