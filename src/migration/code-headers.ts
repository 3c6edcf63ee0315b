import { DURATION_EXPECTED, parseDuration } from '../problem/duration.ts';
import { SqlProblem } from '../sql/sql-problem.ts';
import { TokenReader } from '../sql/token-reader.ts';
import type { HeaderFault } from './headers.ts';

/** The headers that only a file of code has, as read, each by itself. */
export interface CodeHeaders {
  columns?: readonly string[];
  writes?: readonly string[];
  chunk?: number;
  concurrency?: number;
  perSecond?: number;
  retries?: number;
  callTimeoutMs?: number;
}

type Taker = (draft: CodeHeaders, value: string) => HeaderFault | undefined;

const TAKERS: Readonly<Record<string, Taker>> = {
  Columns: (draft, value) => takeColumns(draft, 'columns', value),
  Writes: (draft, value) => takeColumns(draft, 'writes', value),
  Chunk: (draft, value) => takeNumber(draft, 'chunk', value, [1, 10_000]),
  Concurrency: (draft, value) => takeNumber(draft, 'concurrency', value, [1, 100]),
  Retries: (draft, value) => takeNumber(draft, 'retries', value, [0, 100]),
  Rate: takeRate,
  'Call-Timeout': takeTimeout,
};

/** Takes one header of a file of code into `draft`; says what is wrong with it. */
export function takeCodeHeader(draft: CodeHeaders, key: string, value: string): HeaderFault | undefined {
  return TAKERS[key]?.(draft, value);
}

function takeColumns(draft: CodeHeaders, key: 'columns' | 'writes', value: string): HeaderFault | undefined {
  const columns = readNames(value);
  if (!columns || new Set(columns).size < columns.length)
    return { found: value || 'nothing', expected: 'columns of the table, separated by commas: title, body' };
  draft[key] = columns;
  return undefined;
}

function readNames(value: string): string[] | undefined {
  try {
    const reader = new TokenReader(value);
    const names: string[] = [];
    do {
      const name = reader.name();
      if (name === undefined) return undefined;
      names.push(name);
    } while (reader.accept(','));
    return reader.atEnd ? names : undefined;
  } catch (error) {
    if (error instanceof SqlProblem) return undefined;
    throw error;
  }
}

function takeNumber(
  draft: CodeHeaders,
  key: 'chunk' | 'concurrency' | 'retries',
  value: string,
  [least, most]: readonly [number, number],
): HeaderFault | undefined {
  const number = /^\d{1,6}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most))
    return { found: value || 'nothing', expected: `a whole number from ${least} to ${most}` };
  draft[key] = number;
  return undefined;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 };

function takeRate(draft: CodeHeaders, value: string): HeaderFault | undefined {
  const [, calls, unit] = /^(\d{1,6})\s*\/\s*(s|min|h)$/.exec(value) ?? [];
  const perSecond = Number(calls) / (SECONDS[unit ?? ''] ?? Number.NaN);
  if (!(perSecond > 0))
    return {
      found: value || 'nothing',
      expected: 'calls in a time, the most that there may be: 20/s, 600/min, 5000/h',
    };
  draft.perSecond = perSecond;
  return undefined;
}

function takeTimeout(draft: CodeHeaders, value: string): HeaderFault | undefined {
  const ms = parseDuration(value);
  if (ms === undefined || ms < 1) return { found: value || 'nothing', expected: DURATION_EXPECTED };
  draft.callTimeoutMs = ms;
  return undefined;
}
