import type { AlterTableCmd } from '@pgsql/types';
import { outermost, type Part } from '../sql/outermost.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { stringsOf } from '../syntax/names.ts';
import { all, as, type Fields, type Node } from '../syntax/tree.ts';

/** An ALTER TABLE that makes columns and says what must hold of them, cut in two: the data are put in between. */
export interface Apart {
  /** As long as the statement itself, so that the places in it stay. */
  readonly first: string;
  readonly checks: string;
  /** The columns whose values have to be there for `checks`. */
  readonly columns: readonly string[];
}

interface Command {
  readonly tree: AlterTableCmd;
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts ALTER TABLE where the server would look at columns that it has just made without their data: `ADD COLUMN c int NOT NULL`.
 * `returns`: the values of that column are put back; `versionNum`: the server's. Undefined where there is nothing to cut, or it cannot be told how.
 */
export function constraintsApart(
  node: Node,
  sql: string,
  { returns, versionNum }: { readonly returns: (column: string) => boolean; readonly versionNum: number },
): Apart | undefined {
  const alter = as('AlterTableStmt', node);
  const columns = addedColumns(alter).filter(returns);
  const commands = columns.length > 0 && alter ? commandsOf(alter, sql) : undefined;
  if (!alter || !commands) return undefined;
  const cuts = commands.map((command) => cut(command, sql, columns, versionNum >= NAMES_NOT_NULL));
  const checks = cuts.flatMap((one) => one.rest);
  if (checks.length === 0) return undefined;
  const first = blanked(
    sql,
    cuts.flatMap((one) => one.out),
    commands,
  );
  return { first, checks: `${sql.slice(0, commands[0]!.start)}${checks.join(', ')}`, columns };
}

function addedColumns(alter: Fields<'AlterTableStmt'> | undefined): string[] {
  return all('AlterTableCmd', alter?.cmds).flatMap((one) => definitionOf(one)?.colname ?? []);
}

function definitionOf({ subtype, def }: AlterTableCmd): Fields<'ColumnDef'> | undefined {
  return subtype === 'AT_AddColumn' ? as('ColumnDef', def) : undefined;
}

/** The commands with their places in the text: they stand between the commas outside brackets. */
function commandsOf({ cmds }: Fields<'AlterTableStmt'>, sql: string): Command[] | undefined {
  const trees = all('AlterTableCmd', cmds);
  const parts = outermost(sql);
  const from = commandsFrom(parts);
  const commas = parts.filter(({ word }, i) => word === ',' && i >= from);
  const start = parts[from]?.token.start;
  if (start === undefined || commas.length !== trees.length - 1) return undefined;
  return trees.map((tree, i) => ({
    tree,
    start: i === 0 ? start : commas[i - 1]!.token.end,
    end: i < commas.length ? commas[i]!.token.start : sql.length,
  }));
}

/** ALTER TABLE IF EXISTS ONLY a.b * ... : the index of the first token behind the name. */
function commandsFrom(parts: readonly Part[]): number {
  let at = 2;
  if (parts[at]?.word === 'IF') at += 2;
  if (parts[at]?.word === 'ONLY') at += 1;
  at += 1;
  while (parts[at]?.word === '.') at += 2;
  return parts[at]?.word === '*' ? at + 1 : at;
}

interface Cut {
  /** What is left out of the first, by place. */
  readonly out: readonly { readonly start: number; readonly end: number }[];
  readonly rest: readonly string[];
}

const NOT_CUT: Cut = { out: [], rest: [] };
const CHECKED: ReadonlySet<string> = new Set(['AT_AddConstraint', 'AT_ValidateConstraint']);

function cut(command: Command, sql: string, columns: readonly string[], names: boolean): Cut {
  const { tree, start, end } = command;
  const text = sql.slice(start, end).trim();
  const whole: Cut = { out: [{ start, end }], rest: [text] };
  if (CHECKED.has(tree.subtype ?? '')) return whole;
  if (tree.subtype === 'AT_SetNotNull') return columns.includes(tree.name ?? '') ? whole : NOT_CUT;
  const column = definitionOf(tree);
  return column && columns.includes(column.colname ?? '') ? cutInline(column, command, sql, names) : NOT_CUT;
}

/** NOT NULL, UNIQUE and PRIMARY KEY in the definition of a column. */
function cutInline(column: Fields<'ColumnDef'>, { start, end }: Command, sql: string, names: boolean): Cut {
  const constraints = all('Constraint', column.constraints);
  const name = quoteIdentifier(column.colname ?? '');
  const filled = hasOwnValues(column, constraints);
  const found = constraints.flatMap((one) => {
    const { contype = '', conname } = one;
    const inline = INLINE[contype];
    if (!inline || (contype === 'CONSTR_NOTNULL' ? filled : hasOptions(one))) return [];
    const add =
      contype === 'CONSTR_NOTNULL'
        ? thenNotNull(name, names ? conname : undefined)
        : `ADD ${label(conname)}${inline.join(' ')} (${name})`;
    return [{ ...placed(sql, [start, end], inline, conname), add }];
  });
  return { out: found, rest: found.map(({ add }) => add) };
}

const INLINE: Readonly<Record<string, readonly [string, ...string[]]>> = {
  CONSTR_NOTNULL: ['NOT', 'NULL'],
  CONSTR_PRIMARY: ['PRIMARY', 'KEY'],
  CONSTR_UNIQUE: ['UNIQUE'],
};

/** They stand behind the words, and are left where they are. */
function hasOptions({
  options,
  indexspace,
  deferrable,
  initdeferred,
  nulls_not_distinct,
}: Fields<'Constraint'>): boolean {
  return Boolean(options ?? indexspace ?? deferrable ?? initdeferred ?? nulls_not_distinct);
}

const SERIAL = /^(?:small|big)?serial[248]?$/;

function hasOwnValues({ typeName }: Fields<'ColumnDef'>, constraints: readonly Fields<'Constraint'>[]): boolean {
  const own = ['CONSTR_DEFAULT', 'CONSTR_GENERATED', 'CONSTR_IDENTITY'];
  return (
    SERIAL.test(stringsOf(typeName?.names).at(-1) ?? '') ||
    constraints.some(({ contype }) => own.includes(contype ?? ''))
  );
}

/** Servers before take the name of a NOT NULL and forget it. */
const NAMES_NOT_NULL = 18_00_00;

function thenNotNull(column: string, name: string | undefined): string {
  return name === undefined ? `ALTER COLUMN ${column} SET NOT NULL` : `ADD ${label(name)}NOT NULL ${column}`;
}

function label(name: string | undefined): string {
  return name === undefined ? '' : `CONSTRAINT ${quoteIdentifier(name)} `;
}

/** Where words stand side by side in a command, with the name before them. */
function placed(
  sql: string,
  [start, end]: readonly [number, number],
  words: readonly string[],
  name: string | undefined,
): { readonly start: number; readonly end: number } {
  const parts = outermost(sql.slice(start, end));
  const at = parts.findIndex((_, i) => words.every((word, n) => parts[i + n]?.word === word));
  const first = parts[name === undefined ? at : at - 2]!;
  return { start: start + first.token.start, end: start + parts[at + words.length - 1]!.token.end };
}

/** Without those places; of commands that go whole one comma goes along. */
function blanked(
  sql: string,
  places: readonly { readonly start: number; readonly end: number }[],
  commands: readonly Command[],
): string {
  const gone = (one: Command) => places.some(({ start, end }) => start === one.start && end === one.end);
  const stays = commands.findIndex((one) => !gone(one));
  const commas = commands.flatMap((one, i) => {
    if (!gone(one)) return [];
    return [i > stays ? { start: one.start - 1, end: one.start } : { start: one.end, end: one.end + 1 }];
  });
  let text = sql;
  for (const { start, end } of [...places, ...commas])
    text = `${text.slice(0, start)}${text.slice(start, end).replaceAll(/[^\n]/g, ' ')}${text.slice(end)}`;
  return text;
}
