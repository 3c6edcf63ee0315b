import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { all, type Fields } from '../../syntax/tree.ts';
import type { FormUse } from '../form.ts';
import { withPartitions } from './constraints.ts';
import { namesIn } from './roles.ts';
import { tablesIn } from './tables-in.ts';
import { type Context, type Named, use } from './use.ts';

type Create = Fields<'CreateStmt'>;

/** CREATE TABLE: the table itself, or each of its ties to others. */
export function createTableUses(context: Context, statement: Create): FormUse[] {
  const target = relationName(statement.relation);
  const location = statement.relation?.location;
  const keys = foreignKeysOf(statement).map(({ pktable, location: place }) =>
    use(context, 'create-table-foreign-key', target, {
      location: place,
      names: { 'referenced table': withPartitions(context, relationName(pktable)) },
    }),
  );
  const ties = [...parentUses(context, statement, target), ...keys];
  const read = all('TableLikeClause', statement.tableElts).flatMap(({ relation }) => relationName(relation) ?? []);
  if (ties.length > 0 && read.length === 0) return ties;
  return [use(context, 'create-table', target, { location, names: { 'tables read': read } }), ...ties];
}

function foreignKeysOf({ tableElts }: Create): Fields<'Constraint'>[] {
  const ofColumns = all('ColumnDef', tableElts).flatMap(({ constraints }) => all('Constraint', constraints));
  return [...ofColumns, ...all('Constraint', tableElts)].filter(({ contype }) => contype === 'CONSTR_FOREIGN');
}

function parentUses(context: Context, statement: Create, target: QualifiedName | undefined): FormUse[] {
  const parents = all('RangeVar', statement.inhRelations);
  const names = parents.flatMap((parent) => relationName(parent) ?? []);
  if (names.length === 0) return [];
  const location = parents[0]?.location;
  if (!statement.partbound)
    return [use(context, 'create-table-inherits', target, { location, names: { parent: names } })];
  const siblings = namesIn(context.known, 'default partition', names[0]);
  const beside = siblings !== undefined && siblings.length > 0;
  return [
    use(context, beside ? 'create-table-partition-of-with-default' : 'create-table-partition-of', target, {
      location,
      names: { ...tiesOf(context, names[0]), parent: names, 'default partition': siblings },
    }),
  ];
}

/** What belongs to the parent becomes the partition's, too. */
function tiesOf({ known }: Context, parent: QualifiedName | undefined): Named {
  const roles = ['indexes', 'referenced table', 'referencing tables'] as const;
  return Object.fromEntries(roles.map((role) => [role, namesIn(known, role, parent)]));
}

/** CREATE TABLE ... AS, CREATE MATERIALIZED VIEW. */
export function createAsUses(context: Context, { into, objtype, query }: Fields<'CreateTableAsStmt'>): FormUse[] {
  const id = objtype === 'OBJECT_MATVIEW' ? 'create-materialized-view' : 'create-table-as';
  return [
    use(context, id, relationName(into?.rel), {
      location: into?.rel?.location,
      names: { 'tables read': tablesIn(query) },
    }),
  ];
}

export function viewUses(context: Context, { view, query, replace }: Fields<'ViewStmt'>): FormUse[] {
  return [
    use(context, replace ? 'replace-view' : 'create-view', relationName(view), {
      location: view?.location,
      names: { 'tables read': tablesIn(query) },
    }),
  ];
}
