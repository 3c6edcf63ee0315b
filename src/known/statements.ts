import { isBlank, nextToken, type Token } from '../sql/lexer.ts';
import { identifierOf, wordOf } from '../sql/words.ts';
import type { NamePair, RelationStatistics, StatementStatistics } from './statistics.ts';

/** A statement as pg_stat_statements keeps it. */
export interface SentStatement {
  readonly query: string;
  readonly calls: number;
}

/** Those that name tables of people, without literals and comments, by how often they were sent. */
export function statementsOf(
  sent: readonly SentStatement[],
  relations: readonly RelationStatistics[],
): StatementStatistics[] {
  const byName = new Map<string, RelationStatistics[]>();
  for (const one of relations) byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
  const found = new Map<string, StatementStatistics>();
  for (const { query, calls } of sent) {
    const one = statementOf(query, calls, byName);
    if (!one) continue;
    const key = JSON.stringify([one.text, one.tables, one.columns]);
    found.set(key, { ...one, calls: calls + (found.get(key)?.calls ?? 0) });
  }
  return [...found.values()].sort((a, b) => b.calls - a.calls);
}

function statementOf(
  query: string,
  calls: number,
  byName: ReadonlyMap<string, readonly RelationStatistics[]>,
): StatementStatistics | undefined {
  const tokens = significant(query);
  const names = new Set(readingOf(query, tokens).flatMap((one) => nameIn(query, one) ?? []));
  const relations = [...names].flatMap((name) => byName.get(name) ?? []);
  if (relations.length === 0) return undefined;
  const columns = new Set(relations.flatMap((one) => one.columns.map(({ name }) => name)));
  const mentioned = [...names].filter((name) => columns.has(name)).sort();
  return {
    text: maskedText(query, tokens),
    calls,
    tables: relations.map(({ schema, name }): NamePair => [schema, name]),
    columns: hasStar(query, tokens) ? ['*', ...mentioned] : mentioned,
  };
}

/** All but blanks and comments, as far as the text can be read: it may have been cut. */
function significant(text: string): Token[] {
  const tokens: Token[] = [];
  try {
    for (
      let token = nextToken(text, 0, true);
      token && token !== 'incomplete';
      token = nextToken(text, token.end, true)
    )
      if (!isBlank(token.kind)) tokens.push(token);
  } catch {
    // The rest is the inside of a literal or a comment.
  }
  return tokens;
}

/** Of CREATE TABLE AS the query: what it makes it does not use. */
function readingOf(text: string, tokens: readonly Token[]): readonly Token[] {
  if (!tokens[0] || wordOf(text, tokens[0]) !== 'CREATE') return tokens;
  return tokens.slice(tokens.findIndex((one) => wordOf(text, one) === 'AS'));
}

function nameIn(text: string, { kind, start, end }: Token): string | undefined {
  return kind === 'word' || kind === 'quoted-name' ? identifierOf(text.slice(start, end)) : undefined;
}

const BEFORE_STAR: ReadonlySet<string> = new Set(['SELECT', 'DISTINCT', 'ALL', ',', '.', 'RETURNING']);

/** A `*` for all columns, not the one of `count(*)` or of a product. */
function hasStar(text: string, tokens: readonly Token[]): boolean {
  return tokens.some((token, i) => {
    const before = tokens[i - 1];
    return wordOf(text, token) === '*' && before !== undefined && BEFORE_STAR.has(wordOf(text, before));
  });
}

const TEXT_MAX = 300;

/** One line. Literals have been replaced by the server where it could; none is left here. */
function maskedText(text: string, tokens: readonly Token[]): string {
  let [masked, end] = ['', -1];
  for (const token of tokens) {
    if (masked.length > TEXT_MAX) break;
    const own = MASKS[token.kind] ?? text.slice(token.start, token.end);
    masked += end >= 0 && end < token.start ? ` ${own}` : own;
    end = token.end;
  }
  return masked.length > TEXT_MAX ? `${[...masked].slice(0, TEXT_MAX).join('')}…` : masked;
}

const MASKS: Partial<Record<Token['kind'], string>> = { string: "'…'", number: '…' };
