import { isBlank, nextToken, type Token } from '../sql/lexer.ts';
import { displayIdentifier } from '../sql/quote.ts';

/**
 * An expression or definition as PostgreSQL writes it out, with each mention of a column under another name. What stands behind
 * `::`, a schema or COLLATE is no column, nor is what a parenthesis follows. `qualifiers`: names that may stand before it.
 */
export function withColumn(text: string, from: string, to: string, qualifiers: readonly string[] = []): string {
  if (from === to) return text;
  const tokens = tokensOf(text);
  // As the server writes it, quoted only where it must be: the words of a type are no columns then.
  const shown = displayIdentifier(from);
  const before = qualifiers.map(displayIdentifier);
  let result = '';
  let at = 0;
  for (const [i, token] of tokens.entries()) {
    if (text.slice(token.start, token.end) !== shown || !isColumn(text, tokens, i, before)) continue;
    result += text.slice(at, token.start) + displayIdentifier(to);
    at = token.end;
  }
  return result + text.slice(at);
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; ; ) {
    const token = nextToken(text, at, true);
    if (token === undefined || token === 'incomplete') return tokens;
    if (!isBlank(token.kind)) tokens.push(token);
    at = token.end;
  }
}

function isColumn(text: string, tokens: readonly Token[], i: number, qualifiers: readonly string[]): boolean {
  const raw = (at: number) => {
    const token = tokens[at];
    return token === undefined ? '' : text.slice(token.start, token.end);
  };
  const [before, after] = [raw(i - 1), raw(i + 1)];
  if (after === '(' || after === '.') return false;
  if (before.endsWith(':') || before === 'COLLATE') return false;
  return before !== '.' || (qualifiers.includes(raw(i - 2)) && raw(i - 3) !== '.');
}
