import { relationName, stringsOf } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import { emptyTable } from '../draft.ts';
import { mentionedColumns, relationsRead } from '../expression.ts';
import { figuredName } from '../figured-name.ts';
import { keyOf, TEMPORARY } from '../schema.ts';
import type { KnownColumn, KnownTable, RelationName } from '../table.ts';
import { typeOf } from '../types.ts';
import { persistenceOf } from './create-table.ts';
import type { Learning } from './indexes.ts';

/** CREATE VIEW, CREATE OR REPLACE VIEW */
export function learnView(at: Learning, { view, query, aliases }: Fields<'ViewStmt'>): void {
  const written = relationName(view);
  if (written) putQuery(at, { relation: view!, kind: 'view', query, names: stringsOf(aliases) });
}

/** CREATE TABLE AS, CREATE MATERIALIZED VIEW */
export function learnTableAs(at: Learning, statement: Fields<'CreateTableAsStmt'>): void {
  const { into, query, objtype, if_not_exists: ifNotExists } = statement;
  const written = relationName(into?.rel);
  if (!written || (ifNotExists && at.draft.table(written))) return;
  const kind = objtype === 'OBJECT_MATVIEW' ? 'materialized view' : 'table';
  putQuery(at, { relation: into!.rel!, kind, query, names: stringsOf(into?.colNames) });
}

/** SELECT ... INTO */
export function learnSelectInto(at: Learning, { intoClause, ...query }: Fields<'SelectStmt'>): void {
  if (intoClause?.rel)
    putQuery(at, { relation: intoClause.rel, kind: 'table', query: { SelectStmt: query } as Node, names: [] });
}

interface Made {
  readonly relation: Fields<'RangeVar'>;
  readonly kind: KnownTable['kind'];
  readonly query: Node | undefined;
  /** Of its columns, where they are written behind its own name. */
  readonly names: readonly string[];
}

function putQuery(at: Learning, { relation, kind, query, names }: Made): void {
  const { draft, made } = at;
  const written = relationName(relation)!;
  const name = relation.relpersistence === 't' ? { schema: TEMPORARY, name: written.name } : draft.newName(written);
  const shown = queryColumns(at, query);
  const columns = shown?.map((one, i) => ({ ...one, name: names[i] ?? one.name })) ?? [];
  const reads = kind === 'table' ? [] : readBy(at, query);
  draft.putTable({
    ...emptyTable(name, kind),
    complete: shown !== undefined,
    columns: new Map(columns.map((one) => [one.name, one])),
    reads,
    mentions: kind === 'table' ? [] : mentionedBy(at, query, reads),
    made: kind === 'view' ? (draft.table(name)?.made ?? made) : made,
    ...persistenceOf(relation),
  });
}

function readBy({ draft }: Learning, query: Node | undefined): RelationName[] {
  const names = [...relationsRead(query)].flatMap((one) => {
    const written = relationName(one);
    return written ? draft.resolve(written) : [];
  });
  return [...new Map(names.map((one) => [keyOf(one), one])).values()];
}

/** `*` is what the tables have now: a column that comes later is none of the view's. Those of USING are named nowhere else. */
function mentionedBy({ draft }: Learning, query: Node | undefined, reads: readonly RelationName[]): string[] {
  const joins = nodesOf('JoinExpr', query);
  const isNatural = joins.some((one) => one.isNatural);
  const named = [...mentionedColumns(query), ...joins.flatMap(({ usingClause }) => stringsOf(usingClause))];
  if (!isNatural && !named.includes('*')) return [...new Set(named)];
  const tables = reads.map((one) => draft.table(one));
  if (tables.some((one) => !one?.complete)) return [...new Set([...named, '*'])];
  const all = tables.flatMap((one) => [...(one?.columns.keys() ?? [])]);
  return [...new Set([...named.filter((one) => one !== '*'), ...all])];
}

/** What a query shows; undefined where a star hides it. */
function queryColumns(at: Learning, query: Node | undefined): KnownColumn[] | undefined {
  const select = as('SelectStmt', query);
  if (!select || select.valuesLists) return undefined;
  const first = select.larg ? leftmost(select) : select;
  const columns = all('ResTarget', first.targetList).map((target) => targetColumns(at, first, target));
  return columns.every((one) => one !== undefined) ? columns.flat() : undefined;
}

function leftmost(select: Fields<'SelectStmt'>): Fields<'SelectStmt'> {
  return select.larg ? leftmost(select.larg) : select;
}

type Select = Fields<'SelectStmt'>;

function targetColumns(at: Learning, select: Select, { name, val }: Fields<'ResTarget'>): KnownColumn[] | undefined {
  const reference = as('ColumnRef', val);
  if (as('A_Star', reference?.fields?.at(-1))) return starColumns(at, select, stringsOf(reference?.fields).at(-1));
  const [column, qualifier] = stringsOf(reference?.fields).reverse();
  const source = column === undefined ? undefined : sourceColumn(at, select, column, qualifier);
  const cast = as('TypeCast', val)?.typeName;
  const type = cast ? typeOf(at.draft, cast) : source?.type;
  return [{ name: name ?? figuredName(val) ?? '?column?', type, notNull: false }];
}

/** Of `*` or `t.*` over plain tables whose columns are known. */
function starColumns(at: Learning, select: Select, qualifier: string | undefined): KnownColumn[] | undefined {
  const sources = sourcesOf(at, select);
  if (!sources) return undefined;
  const shown = sources.filter(({ alias }) => qualifier === undefined || alias === qualifier);
  if (shown.length === 0 || shown.some(({ table }) => !table?.complete)) return undefined;
  return shown.flatMap(({ table }) =>
    [...table!.columns.values()].map(({ name, type }) => ({ name, type, notNull: false })),
  );
}

function sourceColumn(at: Learning, select: Select, column: string, qualifier: string | undefined) {
  const sources = (sourcesOf(at, select) ?? []).filter(({ alias }) => qualifier === undefined || alias === qualifier);
  const found = sources.flatMap(({ table }) => table?.columns.get(column) ?? []);
  return found.length === 1 ? found[0] : undefined;
}

interface Source {
  readonly alias: string;
  readonly table: KnownTable | undefined;
}

/** The tables of FROM with their aliases; undefined where something else stands there, or columns are joined into one. */
function sourcesOf({ draft }: Learning, { fromClause, withClause }: Select): Source[] | undefined {
  if (withClause) return undefined;
  const relations = (fromClause ?? []).map(relationsOf);
  if (relations.some((one) => one === undefined)) return undefined;
  return relations
    .flatMap((one) => one!)
    .map((one) => ({
      alias: one.alias?.aliasname ?? one.relname ?? '',
      table: draft.table(relationName(one)),
    }));
}

function relationsOf(node: Node): Fields<'RangeVar'>[] | undefined {
  const relation = as('RangeVar', node);
  if (relation) return relation.alias?.colnames ? undefined : [relation];
  const join = as('JoinExpr', node);
  if (!join?.larg || !join.rarg || join.usingClause || join.isNatural || join.alias) return undefined;
  const [left, right] = [relationsOf(join.larg), relationsOf(join.rarg)];
  return left && right && [...left, ...right];
}
