import type { Token } from '../../sql/lexer.ts';
import { identifierOf, wordOf } from '../../sql/words.ts';
import { significantTokens } from './tokens.ts';

/** A variable or cursor that a block of PL/pgSQL declares (manual, "Declarations"), with the offsets of its parts in the body. */
export interface Declaration {
  readonly name: string;
  /** Absent: an alias, a cursor. */
  readonly type?: Part;
  /** Its default. */
  readonly value?: Part;
  /** The query of a cursor. */
  readonly query?: Part;
}

export interface Part {
  readonly text: string;
  readonly start: number;
}

/** Those of all blocks, in the order of the text. The parser reports them without places, and not all of their defaults. */
export function declarationsIn(body: string): Declaration[] {
  const found: Declaration[] = [];
  for (const tokens of sections(body)) {
    const one = declaration(body, tokens);
    if (one) found.push(one);
  }
  return found;
}

/** What may stand in front of DECLARE, which begins a block; anywhere else it is a name. */
const BEFORE_BLOCK: ReadonlySet<string> = new Set([';', 'BEGIN', 'THEN', 'ELSE', 'LOOP', '>>', '']);

/** The tokens of each declaration, without its `;`. */
function* sections(body: string): Generator<readonly Token[]> {
  let [inside, last] = [false, ''];
  let own: Token[] = [];
  for (const token of significantTokens(body)) {
    const word = wordOf(body, token);
    if (!inside) inside = word === 'DECLARE' && BEFORE_BLOCK.has(last);
    else if (own.length === 0 && word === 'BEGIN') inside = false;
    else if (word === ';') {
      yield own;
      own = [];
    } else if (word !== 'DECLARE' || own.length > 0) own.push(token);
    last = word;
  }
}

function declaration(body: string, [name, ...rest]: readonly Token[]): Declaration | undefined {
  if (!name || rest.length === 0) return undefined;
  const words = rest.map((token) => wordOf(body, token));
  const own = { name: identifierOf(body.slice(name.start, name.end)) };
  if (words[0] === 'ALIAS') return own;
  if (words[0] === 'CURSOR' || words[1] === 'CURSOR' || words[2] === 'CURSOR')
    return { ...own, ...cursor(body, rest, words) };
  return { ...own, ...variable(body, rest, words) };
}

function cursor(body: string, tokens: readonly Token[], words: readonly string[]): Pick<Declaration, 'query'> {
  let depth = 0;
  const at = words.findIndex((word) => {
    depth += depthOf(word);
    return depth === 0 && (word === 'FOR' || word === 'IS');
  });
  const query = at < 0 ? undefined : part(body, tokens.slice(at + 1));
  return query ? { query } : {};
}

function variable(body: string, tokens: readonly Token[], words: readonly string[]) {
  const first = words[0] === 'CONSTANT' ? 1 : 0;
  const behind = endOfType(words, first);
  const equals = words.findIndex(
    (word, i) => i >= behind && (word === 'DEFAULT' || word === ':' || word.startsWith('=') || word === ':='),
  );
  const type = part(body, tokens.slice(first, behind));
  const value = equals < 0 ? undefined : part(body, tokens.slice(equals + (words[equals] === ':' ? 2 : 1)));
  return { ...(type && { type }), ...(value && { value }) };
}

/** Where COLLATE, NOT NULL or a default begins. */
function endOfType(words: readonly string[], from: number): number {
  let depth = 0;
  const end = words.findIndex((word, i) => {
    depth += depthOf(word);
    return i > from && depth === 0 && (AFTER_TYPE.has(word) || word.startsWith('=') || word.startsWith(':'));
  });
  return end < 0 ? words.length : end;
}

const AFTER_TYPE: ReadonlySet<string> = new Set(['COLLATE', 'NOT', 'DEFAULT']);

function depthOf(word: string): number {
  if (word === '(') return 1;
  return word === ')' ? -1 : 0;
}

function part(body: string, tokens: readonly Token[]): Part | undefined {
  const [first, last] = [tokens[0], tokens.at(-1)];
  return first && last ? { text: body.slice(first.start, last.end), start: first.start } : undefined;
}
