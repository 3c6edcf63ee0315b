import type { Token } from '../../sql/lexer.ts';
import { splitScript } from '../../sql/splitter.ts';
import { wordOf } from '../../sql/words.ts';
import type { InnerStatement } from './statement.ts';
import type { PlacedText } from './string-constant.ts';
import { significantTokens } from './tokens.ts';

/** The statements of a body that is a text of SQL. */
export function sqlStatements({ text, placeOf }: PlacedText): InnerStatement[] {
  return [...splitScript(text)].flatMap((item) =>
    item.kind === 'statement'
      ? statement(text.slice(item.start, item.end), (offset) => placeOf(item.start + offset))
      : [],
  );
}

function statement(sql: string, placeOf: (offset: number) => number): InnerStatement {
  return { sql, offset: placeOf(0), placeOf, inLoop: false, commits: false };
}

/** The statements between BEGIN ATOMIC and END, of which the tree keeps no places. */
export function atomicStatements(sql: string): InnerStatement[] {
  const found: InnerStatement[] = [];
  let span: { start: number; end: number } | undefined;
  for (const { token, ends } of atomicTokens(sql)) {
    if (ends && span) {
      const { start, end } = span;
      found.push(statement(sql.slice(start, end), (offset) => start + offset));
    }
    span = ends ? undefined : { start: span?.start ?? token.start, end: token.end };
  }
  return found;
}

/** The tokens behind BEGIN ATOMIC up to its END; a `;` or that END ends a statement. CASE has an END of its own. */
function* atomicTokens(sql: string): Generator<{ readonly token: Token; readonly ends: boolean }> {
  let depth = 0;
  let inside = false;
  let last = '';
  for (const token of significantTokens(sql)) {
    const word = wordOf(sql, token);
    if (inside) {
      if (word === 'CASE') depth++;
      if (word === 'END') depth--;
      yield { token, ends: word === ';' || depth < 0 };
      if (depth < 0) return;
    }
    inside ||= last === 'BEGIN' && word === 'ATOMIC';
    last = word;
  }
}
