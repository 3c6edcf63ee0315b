import type { Token } from '../../sql/lexer.ts';
import { wordOf } from '../../sql/words.ts';
import type { PlacedText } from './string-constant.ts';
import { significantTokens } from './tokens.ts';

/**
 * A statement with a body in PL/pgSQL in forms that its parser may take, the best first, all of one length. Outside of a server
 * that parser knows no tables and types (measured with libpg-query 17): it has no fields of a variable of `a%ROWTYPE`, nothing of
 * `a.id%TYPE` in front of the body, and no arrays of types that people made.
 */
export function* readableForms(sql: string, body: PlacedText): Generator<string> {
  yield sql;
  const copied = withBlanks(sql, [
    ...spansOf(sql, percentTypes(sql, COPIED)),
    ...spansOf(body.text, percentTypes(body.text, ROW)).map(([start, end]): Span => [place(start), place(end - 1) + 1]),
  ]);
  yield copied;
  yield withBlanks(copied, spansOf(sql, arrayMarks(sql)));
  function place(offset: number): number {
    return body.placeOf(offset);
  }
}

type Span = readonly [start: number, end: number];
type Group = readonly Token[];

const COPIED: ReadonlySet<string> = new Set(['TYPE', 'ROWTYPE']);
const ROW: ReadonlySet<string> = new Set(['ROWTYPE']);

/** `%` and the word behind it. A body is a string, which is one token. */
function* percentTypes(text: string, words: ReadonlySet<string>): Generator<Group> {
  let before: Token | undefined;
  for (const token of significantTokens(text)) {
    if (before && wordOf(text, before) === '%' && words.has(wordOf(text, token))) yield [before, token];
    before = token;
  }
}

/** `[]` and `[3]` behind a type, not `ARRAY[]`. */
function* arrayMarks(text: string): Generator<Group> {
  let last: Token[] = [];
  for (const token of significantTokens(text)) {
    last = [...last.slice(-3), token];
    if (wordOf(text, token) !== ']') continue;
    const open = last.findLastIndex((one) => wordOf(text, one) === '[');
    const type = last[open - 1];
    if (open > 0 && type && wordOf(text, type) !== 'ARRAY') yield last.slice(open);
  }
}

function spansOf(text: string, groups: Iterable<Group>): Span[] {
  return [...groups].flatMap((group) => group.map(({ start, end }): Span => [start, Math.min(end, text.length)]));
}

function withBlanks(sql: string, spans: readonly Span[]): string {
  return spans.reduce((text, [start, end]) => text.slice(0, start) + ' '.repeat(end - start) + text.slice(end), sql);
}
