import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { all, type Fields } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import type { FormId, FormUse } from '../form.ts';
import { distinct, referencedBy, referencingOf } from './roles.ts';
import { tablesIn } from './tables-in.ts';
import { type Context, type Named, use } from './use.ts';

type Change = Pick<Fields<'UpdateStmt'>, 'relation' | 'withClause' | 'targetList'>;

/** INSERT, UPDATE, DELETE, MERGE: its own, and what its WITH clause changes. */
export function changeUses(context: Context, id: FormId, statement: Change): FormUse[] {
  const { relation, ...rest } = statement;
  const target = relationName(relation);
  const own = use(context, id, target, {
    location: relation?.location,
    names: {
      ...(id === 'update' ? keysOf(context, target, statement) : {}),
      // UPDATE and DELETE go through their own rows anyway; INSERT only where its query reads them.
      'tables read': tablesIn(rest).filter((name) => id === 'insert' || !isSame(name, target)),
    },
  });
  return [own, ...changesIn(context, statement.withClause)];
}

/** Foreign keys are looked at only where one of their columns changes. */
function keysOf({ known }: Context, target: QualifiedName | undefined, { targetList }: Change): Named {
  const table = known.table(target);
  if (!table) return {};
  const columns = all('ResTarget', targetList).flatMap(({ name }) => name ?? []);
  return {
    'referenced table': distinct(columns.flatMap((column) => referencedBy(table, column))),
    'referencing tables': distinct(columns.flatMap((column) => referencingOf(known, table, column))),
  };
}

function isSame(one: QualifiedName, other: QualifiedName | undefined): boolean {
  return one.name === other?.name && one.schema === other.schema;
}

/** SELECT, also with INTO, FOR UPDATE, and with changes in its WITH clause. */
export function selectUses(context: Context, statement: Fields<'SelectStmt'>): FormUse[] {
  const { intoClause, ...query } = statement;
  const names = { 'tables read': tablesIn(query) };
  if (intoClause) {
    const { rel } = intoClause;
    return [use(context, 'create-table-as', relationName(rel), { location: rel?.location, names })];
  }
  const id = statement.lockingClause ? 'select-for-update' : 'select';
  return [use(context, id, undefined, { names }), ...changesIn(context, statement)];
}

/** Statements that change rows within a query. */
function changesIn(context: Context, query: unknown): FormUse[] {
  return CHANGES.flatMap(([type, id]) =>
    nodesOf(type, query).map(({ relation }) =>
      use(context, id, relationName(relation), { location: relation?.location }),
    ),
  );
}

const CHANGES = [
  ['InsertStmt', 'insert'],
  ['UpdateStmt', 'update'],
  ['DeleteStmt', 'delete'],
  ['MergeStmt', 'merge'],
] as const;

export function copyUses(context: Context, statement: Fields<'CopyStmt'>): FormUse[] {
  const { relation, query, is_from: isFrom } = statement;
  if (isFrom) return [use(context, 'copy-from', relationName(relation), { location: relation?.location })];
  const name = relationName(relation);
  const read = name ? [name] : tablesIn(query);
  return [use(context, 'select', undefined, { names: { 'tables read': read } })];
}
