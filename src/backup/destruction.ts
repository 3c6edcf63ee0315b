import type { AlterTableCmd } from '@pgsql/types';
import type { QualifiedName } from '../sql/token-reader.ts';
import { nameOf, namesOf, relationName, stringsOf } from '../syntax/names.ts';
import { all, as, type Fields, type Node } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';
import { type TouchedRows, touchedRows } from './touched-rows.ts';

/** Something that a statement takes of the data, as far as its text tells: the names are resolved when it runs. */
export type Destruction =
  | {
      readonly kind: 'drop';
      readonly of: 'relation' | 'schema' | 'type' | 'extension';
      readonly name: QualifiedName;
      readonly cascade: boolean;
    }
  | {
      readonly kind: 'column';
      readonly table: QualifiedName;
      readonly column: string;
      readonly cascade: boolean;
    }
  | ({ readonly kind: 'retype'; readonly table: QualifiedName; readonly column: string } & NewType)
  | { readonly kind: 'truncate'; readonly table: QualifiedName; readonly only: boolean; readonly cascade: boolean }
  | ({ readonly kind: 'delete'; readonly table: QualifiedName } & TouchedRows)
  | ({
      readonly kind: 'update';
      readonly table: QualifiedName;
      readonly columns: readonly string[];
    } & TouchedRows)
  /** It changes rows in a way that cannot be asked for beforehand. */
  | { readonly kind: 'unforeseen'; readonly why: string };

/** What a column becomes. */
export interface NewType {
  /** As PostgreSQL names it: `int8`, `varchar`. */
  readonly type: string;
  /** `varchar(20)`: 20. */
  readonly modifiers: readonly number[];
  /** With USING, which may do anything. */
  readonly using: boolean;
}

/** Leading words of statements that may destroy data: only for those is the parser worth loading. */
const SUSPECTS: ReadonlySet<string> = new Set(['DROP', 'TRUNCATE', 'DELETE', 'UPDATE', 'MERGE', 'WITH', 'ALTER']);

export function mayDestroy(words: readonly string[], sql: string): boolean {
  const [first = '', second] = words;
  if (!SUSPECTS.has(first)) return false;
  if (first === 'ALTER') return second === 'TABLE' && /\b(?:DROP|TYPE)\b/i.test(sql);
  return first !== 'WITH' || /\b(?:DELETE|UPDATE|MERGE)\b/i.test(sql);
}

/** What a statement destroys; `sql`: its text, which the tree is of. */
export function destructionsOf(node: Node, sql: string): Destruction[] {
  const drop = as('DropStmt', node);
  if (drop) return dropped(drop);
  const alter = as('AlterTableStmt', node);
  if (alter) return altered(alter);
  const truncate = as('TruncateStmt', node);
  if (truncate) return truncated(truncate);
  return rowsChanged(node, sql);
}

function dropped({ removeType, objects = [], behavior }: Fields<'DropStmt'>): Destruction[] {
  const cascade = behavior === 'DROP_CASCADE';
  const dropOf = (of: 'relation' | 'schema' | 'type' | 'extension', names: readonly QualifiedName[]): Destruction[] =>
    names.map((name) => ({ kind: 'drop', of, name, cascade }));
  switch (removeType) {
    case 'OBJECT_TABLE':
    case 'OBJECT_MATVIEW':
    case 'OBJECT_SEQUENCE':
      return dropOf('relation', namesOf(objects));
    case 'OBJECT_SCHEMA':
      return dropOf(
        'schema',
        stringsOf(objects).map((name) => ({ name })),
      );
    case 'OBJECT_EXTENSION':
      return cascade
        ? dropOf(
            'extension',
            stringsOf(objects).map((name) => ({ name })),
          )
        : [];
    case 'OBJECT_VIEW':
      return cascade ? dropOf('relation', namesOf(objects)) : [];
    case 'OBJECT_TYPE':
    case 'OBJECT_DOMAIN':
      // Without CASCADE the server refuses to drop what a column is of.
      return cascade
        ? dropOf(
            'type',
            all('TypeName', objects).flatMap(({ names }) => nameOf(names) ?? []),
          )
        : [];
    default:
      return [];
  }
}

function altered({ relation, cmds, objtype }: Fields<'AlterTableStmt'>): Destruction[] {
  const table = relationName(relation);
  if (!table || objtype !== 'OBJECT_TABLE') return [];
  return all('AlterTableCmd', cmds).flatMap((command) => alteredColumn(table, command));
}

function alteredColumn(table: QualifiedName, { subtype, name: column, behavior, def }: AlterTableCmd): Destruction[] {
  if (column === undefined) return [];
  if (subtype === 'AT_AlterColumnType') return [{ kind: 'retype', table, column, ...newType(def) }];
  if (subtype !== 'AT_DropColumn') return [];
  return [{ kind: 'column', table, column, cascade: behavior === 'DROP_CASCADE' }];
}

function newType(def: Node | undefined): NewType {
  const { typeName, raw_default: using } = as('ColumnDef', def) ?? {};
  const modifiers = all('A_Const', typeName?.typmods).flatMap(({ ival }) => ival?.ival ?? []);
  const isArray = (typeName?.arrayBounds?.length ?? 0) > 0;
  const type = `${stringsOf(typeName?.names).at(-1) ?? ''}${isArray ? '[]' : ''}`;
  return { type, modifiers, using: using !== undefined };
}

function truncated({ relations, behavior }: Fields<'TruncateStmt'>): Destruction[] {
  const cascade = behavior === 'DROP_CASCADE';
  return all('RangeVar', relations).flatMap((relation) => {
    const table = relationName(relation);
    return table ? [{ kind: 'truncate' as const, table, only: relation.inh !== true, cascade }] : [];
  });
}

function rowsChanged(node: Node, sql: string): Destruction[] {
  const remove = as('DeleteStmt', node);
  const change = as('UpdateStmt', node);
  const outer = remove ?? change;
  // What is inside WITH runs whether or not it is asked for; asking for it beforehand would run it twice.
  const inner = ['DeleteStmt', 'UpdateStmt', 'MergeStmt'] as const;
  const others = inner.flatMap((type): unknown[] => [...nodesOf(type, node)]).filter((one) => one !== outer);
  if (others.length > 0) return [{ kind: 'unforeseen', why: 'it changes rows inside WITH, or by MERGE' }];
  if (!outer) return [];
  const table = relationName(outer.relation);
  const rows = touchedRows(sql, outer.relation?.alias?.aliasname);
  if (!table || rows === undefined) return [{ kind: 'unforeseen', why: 'its rows cannot be asked for beforehand' }];
  if (remove) return [{ kind: 'delete', table, ...rows }];
  return [{ kind: 'update', table, columns: changedColumns(change?.targetList), ...rows }];
}

/** `SET a = 1, (b, c) = (2, 3)`: a, b, c. */
function changedColumns(targets: readonly Node[] | undefined): string[] {
  return [...new Set(all('ResTarget', targets).flatMap(({ name }) => name ?? []))];
}
