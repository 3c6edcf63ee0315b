import { setFlagsFromString } from 'node:v8';
import { codePointOffset } from '../sql/position.ts';
import type { Node, NotUnderstood, ParseStatement, SyntaxTree } from '../syntax/tree.ts';

type Library = typeof import('libpg-query');

let loading: Promise<Library> | undefined;

/**
 * PostgreSQL's own parser, built for WebAssembly. It is loaded at the first call (0.1 to 0.2 s), so only who needs a syntax
 * tree pays for it.
 */
export async function loadParser(): Promise<ParseStatement> {
  loading ??= load();
  const library = await loading;
  return (sql) => parseOne(library, sql);
}

/** The statement that a PL/pgSQL function holds, as `parsePlPgSQL` reports them; undefined where it cannot be read. */
export async function loadPlpgsqlParser(): Promise<(createFunction: string) => unknown> {
  loading ??= load();
  const library = await loading;
  return (createFunction) => {
    try {
      return library.parsePlPgSQLSync(createFunction);
    } catch {
      return undefined;
    }
  };
}

async function load(): Promise<Library> {
  const library = await import('libpg-query');
  // Measured: 250 ms of compiling without them, 80 ms with. Only functions that are used are compiled, and only once.
  // The launcher takes them back before it keeps the program's compiled code, so it must know of every one; and what is
  // loaded under them is compiled anew at each start.
  setFlagsFromString('--wasm-lazy-compilation');
  setFlagsFromString('--liftoff-only');
  // Who reads trees runs much code and each part of it not often: V8 optimises it at four times the calls that it would wait
  // for by itself. Measured on 1,000 files: a tenth less time, a third less CPU. Where its own number is known, to be taken back.
  if (process.versions.v8.startsWith('11.3.')) setFlagsFromString('--interrupt-budget=250000');
  await library.loadModule();
  return library;
}

function parseOne(library: Library, sql: string): SyntaxTree | NotUnderstood {
  // It takes its text as a C string: what stands behind a NUL would be ignored.
  if (sql.includes('\0')) return { message: 'a NUL character', offset: sql.indexOf('\0') };
  try {
    const { stmts = [] } = library.parseSync(sql);
    const node = stmts[0]?.stmt as Node | undefined;
    return node ? { node, offsetOf: offsets(sql) } : { message: 'no statement', offset: 0 };
  } catch (error) {
    return notUnderstood(sql, error);
  }
}

/** Every other character of SQL is one byte long, so most texts need no table. */
function offsets(sql: string): SyntaxTree['offsetOf'] {
  const ascii = /^[\0-\x7f]*$/.test(sql);
  let bytes: Buffer | undefined;
  return (location) => {
    if (location === undefined || location <= 0) return 0;
    if (ascii) return location;
    bytes ??= Buffer.from(sql, 'utf8');
    return bytes.subarray(0, location).toString('utf8').length;
  };
}

function notUnderstood(sql: string, error: unknown): NotUnderstood {
  const { message, sqlDetails } = error as Error & { sqlDetails?: { cursorPosition?: number } };
  const position = sqlDetails?.cursorPosition ?? 0;
  return { message: message || 'syntax error', offset: codePointOffset(sql, 0, Math.max(0, position)) };
}
