import { isBlank, nextToken, type Token } from '../../sql/lexer.ts';

/** The tokens of a text that the grammar sees. Throws `sql-lexical` where one does not end. */
export function* significantTokens(text: string, from = 0): Generator<Token> {
  for (let at = from; ; ) {
    const token = nextToken(text, at, true);
    if (token === undefined || token === 'incomplete') return;
    if (!isBlank(token.kind)) yield token;
    at = token.end;
  }
}
