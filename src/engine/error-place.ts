import { locate } from '../migration/locate.ts';
import type { Migration, Statement } from '../migration/migration.ts';
import type { DatabaseError } from '../postgres/database-error.ts';
import type { Location } from '../problem/problem.ts';
import { codePointOffset } from '../sql/position.ts';

/**
 * Where in the file an error belongs. The server gives a position in the statement for errors of parsing and names; for an
 * error inside a DO block or function it gives the block's line and often the inner query; with neither, the statement's
 * first character is the place.
 */
export function placeOfError(
  error: DatabaseError,
  migration: Pick<Migration, 'file' | 'text'>,
  statement: Statement,
  all: readonly Statement[],
): Location {
  if (error.position) {
    return locate(migration, statement, codePointOffset(statement.sql, 0, Number(error.position) - 1));
  }
  const inner = insideBody(error, statement, all);
  return inner ? locate(migration, inner.statement, inner.offset) : locate(migration, statement, 0);
}

/** The frames of the context, the innermost first (manual, "Reporting Errors": the CONTEXT field). */
const FRAME = /^PL\/pgSQL function (.+?)(?:\(.*\))? line (\d+) at /gm;

function insideBody(
  error: DatabaseError,
  statement: Statement,
  all: readonly Statement[],
): { statement: Statement; offset: number } | undefined {
  const frames = [...(error.where ?? '').matchAll(FRAME)];
  for (const [i, [, name = '', line]] of frames.entries()) {
    const holder = name === 'inline_code_block' ? statement : definitionOf(name, statement, all);
    const body = holder && bodyStart(holder.sql);
    if (body === undefined) continue;
    const start = lineStart(holder!.sql, body, Number(line));
    // The inner query is the innermost frame's; an outer one is told by its line alone.
    const offset = i === 0 ? innerOffset(error, holder!.sql, start) : behindIndent(holder!.sql, start);
    return { statement: holder!, offset };
  }
  return undefined;
}

/** The CREATE FUNCTION of this very file that made the function of that name; the last one before the failure counts. */
function definitionOf(name: string, failing: Statement, all: readonly Statement[]): Statement | undefined {
  const bare = name.slice(name.lastIndexOf('.') + 1).replaceAll('"', '');
  const pattern = new RegExp(
    `^[^$']*\\b(?:FUNCTION|PROCEDURE)\\s+(?:[\\w"]+\\.)?"?${escapeRegExp(bare)}"?\\s*\\(`,
    'i',
  );
  return all.filter((one) => one.offset <= failing.offset && one.words[0] === 'CREATE' && pattern.test(one.sql)).at(-1);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Offset right after the opening dollar quote of a body: PL/pgSQL counts its lines from there. */
function bodyStart(sql: string): number | undefined {
  const opening = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/.exec(sql);
  return opening ? opening.index + opening[0].length : undefined;
}

function lineStart(sql: string, body: number, line: number): number {
  let at = body;
  for (let i = 1; i < line; i++) {
    const next = sql.indexOf('\n', at);
    if (next < 0) break;
    at = next + 1;
  }
  return at;
}

/** The inner query stands in the body as it was written: its position becomes ours. Else the line's first character. */
function innerOffset(error: DatabaseError, sql: string, start: number): number {
  const query = error.internalQuery?.trim();
  const at = query ? indexOfQuery(sql, query, start) : -1;
  if (at >= 0 && query && error.internalPosition) {
    const skipped = (error.internalQuery ?? '').indexOf(query);
    return codePointOffset(sql, at, Number(error.internalPosition) - 1 - skipped);
  }
  return at >= 0 ? at : behindIndent(sql, start);
}

function behindIndent(sql: string, start: number): number {
  return start + (/^[ \t]*/.exec(sql.slice(start, start + 200))?.[0].length ?? 0);
}

/** The shortest that PL/pgSQL blanks out: `INTO a`. */
const BLANKED = /( {6,})/;

/** PL/pgSQL runs a query without its INTO, for which it writes as many blanks: there the body may say anything. */
function indexOfQuery(sql: string, query: string, start: number): number {
  const exact = sql.indexOf(query, start);
  if (exact >= 0 || !BLANKED.test(query)) return exact;
  const pieces = query.split(BLANKED);
  const pattern = pieces.map((piece, i) => (i % 2 === 0 ? escapeRegExp(piece) : `[\\s\\S]{${piece.length}}`)).join('');
  const found = new RegExp(pattern).exec(sql.slice(start));
  return found ? start + found.index : -1;
}
