import { DURATION_EXPECTED, parseDuration } from '../problem/duration.ts';
import { SqlProblem } from '../sql/sql-problem.ts';
import { TokenReader } from '../sql/token-reader.ts';
import { type BatchTarget, TARGET_MS_MAX, TARGET_MS_MIN } from './data-spec.ts';
import type { HeaderFault } from './headers.ts';
import { findPlaceholders } from './placeholder.ts';

/** The headers of a data migration as read, each by itself. */
export interface DataHeaders {
  batch?: BatchTarget;
  batchBack?: BatchTarget;
  targetMs?: number;
  pause?: number;
  where?: string;
  background?: boolean;
  keep?: boolean;
}

type Taker = (draft: DataHeaders, value: string) => HeaderFault | undefined;

const TAKERS: Readonly<Record<string, Taker>> = {
  Batch: (draft, value) => takeBatch(draft, 'batch', value),
  'Batch-Back': (draft, value) => takeBatch(draft, 'batchBack', value),
  Target: takeTarget,
  Pause: takePause,
  Where: takeWhere,
  Background: (draft, value) => takeYesNo(draft, 'background', value),
  Keep: (draft, value) => takeYesNo(draft, 'keep', value),
};

/** Takes one header of a data migration into `draft`; says what is wrong with it. */
export function takeDataHeader(draft: DataHeaders, key: string, value: string): HeaderFault | undefined {
  return TAKERS[key]?.(draft, value);
}

const BATCH_EXPECTED = 'a table, and the key by which it is cut: requests by id; or: measurements by sensor, at';

function takeBatch(draft: DataHeaders, key: 'batch' | 'batchBack', value: string): HeaderFault | undefined {
  const target = readTarget(value);
  if (!target) return { found: value || 'nothing', expected: BATCH_EXPECTED };
  draft[key] = target;
  return undefined;
}

function readTarget(value: string): BatchTarget | undefined {
  const reader = readerOf(value);
  const table = reader?.qualifiedName();
  if (!reader || !table) return undefined;
  if (reader.atEnd) return { table, key: 'primary' };
  if (!reader.accept('BY')) return undefined;
  const columns = readColumns(reader);
  if (!columns || !reader.atEnd || new Set(columns).size < columns.length) return undefined;
  return { table, key: columns.length === 1 && columns[0] === 'ctid' ? 'ctid' : columns };
}

function readColumns(reader: TokenReader): string[] | undefined {
  const columns: string[] = [];
  const inBrackets = reader.accept('(');
  do {
    const name = reader.name();
    if (name === undefined) return undefined;
    columns.push(name);
  } while (reader.accept(','));
  return inBrackets && !reader.accept(')') ? undefined : columns;
}

/** Undefined where the text does not even consist of tokens. */
function readerOf(text: string): TokenReader | undefined {
  try {
    const reader = new TokenReader(text);
    while (!reader.atEnd) reader.next();
    return new TokenReader(text);
  } catch (error) {
    if (error instanceof SqlProblem) return undefined;
    throw error;
  }
}

function takeTarget(draft: DataHeaders, value: string): HeaderFault | undefined {
  const ms = parseDuration(value);
  if (ms === undefined || ms < TARGET_MS_MIN || ms > TARGET_MS_MAX)
    return { found: value || 'nothing', expected: `${DURATION_EXPECTED.split(' (')[0]}, from 10ms to 60s` };
  draft.targetMs = ms;
  return undefined;
}

const PAUSE_MAX = 100;

function takePause(draft: DataHeaders, value: string): HeaderFault | undefined {
  const share = /^\d{1,3}(\.\d{1,3})?$/.test(value) ? Number(value) : Number.NaN;
  if (!(share <= PAUSE_MAX))
    return { found: value || 'nothing', expected: 'a share of the time that a batch took, from 0 to 100: 0.5' };
  draft.pause = share;
  return undefined;
}

function takeWhere(draft: DataHeaders, value: string): HeaderFault | undefined {
  const expected = 'a condition on the rows of the table that are still to be done: priority IS NULL';
  if (value === '') return { found: 'nothing', expected };
  if (!isOneExpression(value)) return { found: value, expected };
  if (findPlaceholders(value).length > 0) return { found: ':batch', expected: `${expected} (no :batch in it)` };
  draft.where = value;
  return undefined;
}

/** Its brackets are closed, nothing else is open, and no `;` or comment ends it early. */
function isOneExpression(value: string): boolean {
  const reader = readerOf(value);
  let depth = 0;
  for (; reader && !reader.atEnd; reader.next()) {
    if (reader.word === ';') return false;
    if (reader.word === '(' || reader.word === '[') depth++;
    if (reader.word === ')' || reader.word === ']') depth--;
    if (depth < 0) return false;
  }
  return reader !== undefined && depth === 0;
}

function takeYesNo(draft: DataHeaders, key: 'background' | 'keep', value: string): HeaderFault | undefined {
  if (value !== 'yes' && value !== 'no') return { found: value || 'nothing', expected: 'yes or no' };
  draft[key] = value === 'yes';
  return undefined;
}
