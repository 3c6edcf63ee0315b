import type { AlterTableCmd } from '@pgsql/types';
import type { QualifiedName } from '../sql/token-reader.ts';
import { nameOf, namesOf, relationName, stringsOf } from '../syntax/names.ts';
import { all, as, type Fields, type Node } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';
import type { Destruction, NewType } from './destruction.ts';
import { rowsChanged } from './rows-changed.ts';

/** Leading words of statements that may destroy data: only for those is the parser worth loading. */
const SUSPECTS: ReadonlySet<string> = new Set([
  'DROP',
  'TRUNCATE',
  'DELETE',
  'UPDATE',
  'MERGE',
  'WITH',
  'ALTER',
  'INSERT',
  'DO',
  'CALL',
  'SELECT',
]);

export function mayDestroy(words: readonly string[], sql: string): boolean {
  const [first = '', second] = words;
  if (!SUSPECTS.has(first)) return false;
  if (first === 'ALTER') return (second === 'TABLE' || second === 'TYPE') && /\b(?:DROP|TYPE)\b/i.test(sql);
  if (first === 'SELECT') return CALLS.test(sql);
  if (first === 'DO') return /\b(?:DROP|TRUNCATE|DELETE|UPDATE|MERGE|EXECUTE|TYPE|LANGUAGE)\b/i.test(sql);
  if (first === 'INSERT') return /\bCONFLICT\b[^;]*\bUPDATE\b/i.test(sql);
  return first !== 'WITH' || /\b(?:DELETE|UPDATE|MERGE)\b/i.test(sql);
}

/** A function by itself or behind FROM, as they are run for what they do; none of the server's own. */
const CALLS =
  /^SELECT\s+(?!(?:setval|set_config|nextval|pg_\w+)\b)[\w."]+\s*\(|\bFROM\s+(?!(?:generate_series|unnest|jsonb?_\w+|pg_\w+)\b)[\w."]+\s*\(/i;

/** What a statement destroys; `sql`: its text, which the tree is of. */
export function destructionsOf(node: Node, sql: string): Destruction[] {
  const drop = as('DropStmt', node);
  if (drop) return dropped(drop);
  const alter = as('AlterTableStmt', node);
  if (alter) return altered(alter);
  const owned = as('DropOwnedStmt', node);
  if (owned) return all('RoleSpec', owned.roles).map(ownedBy(owned.behavior === 'DROP_CASCADE'));
  const truncate = as('TruncateStmt', node);
  if (truncate) return truncated(truncate);
  return [...called(node), ...rowsChanged(node, sql)];
}

function called(node: Node): Destruction[] {
  const call = as('CallStmt', node)?.funccall;
  const inQuery = as('SelectStmt', node) ? nodesOf('FuncCall', node) : [];
  const functions = [...(call ? [call] : []), ...inQuery].flatMap(({ funcname }) => nameOf(funcname) ?? []);
  return functions.length > 0 ? [{ kind: 'call', functions }] : [];
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
      // Its own tables go without CASCADE, too.
      return dropOf(
        'extension',
        stringsOf(objects).map((name) => ({ name })),
      );
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
      return cascade && removeType !== undefined && MAY_CARRY.has(removeType) ? [BEHIND] : [];
  }
}

/** Columns and tables may stand on them. */
const MAY_CARRY: ReadonlySet<string> = new Set([
  'OBJECT_FUNCTION',
  'OBJECT_ROUTINE',
  'OBJECT_COLLATION',
  'OBJECT_ACCESS_METHOD',
  'OBJECT_LANGUAGE',
]);
const BEHIND: Destruction = { kind: 'unforeseen', why: 'columns or tables stood on what it drops with CASCADE' };

function altered({ relation, cmds, objtype }: Fields<'AlterTableStmt'>): Destruction[] {
  const table = relationName(relation);
  if (table && objtype === 'OBJECT_TYPE') return droppedAttributes(table, cmds);
  if (!table || objtype !== 'OBJECT_TABLE') return [];
  return all('AlterTableCmd', cmds).flatMap((command) => alteredColumn(table, command));
}

function droppedAttributes(type: QualifiedName, cmds: readonly Node[] | undefined): Destruction[] {
  return all('AlterTableCmd', cmds).flatMap(({ subtype, name: attribute }) =>
    subtype === 'AT_DropColumn' && attribute !== undefined ? [{ kind: 'attribute' as const, type, attribute }] : [],
  );
}

function ownedBy(cascade: boolean) {
  return ({ rolename }: Fields<'RoleSpec'>): Destruction =>
    rolename === undefined
      ? { kind: 'unforeseen', why: 'it names no role, but whoever runs it' }
      : { kind: 'drop', of: 'owned', name: { name: rolename }, cascade };
}

function alteredColumn(table: QualifiedName, { subtype, name: column, behavior, def }: AlterTableCmd): Destruction[] {
  if (column === undefined) return [];
  if (subtype === 'AT_AlterColumnType') return [{ kind: 'retype', table, column, ...newType(def) }];
  if (subtype === 'AT_DropIdentity') return [{ kind: 'identity', table, column }];
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
