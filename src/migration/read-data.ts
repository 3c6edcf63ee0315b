import { statementKind } from '../sql/kinds.ts';
import { TokenReader } from '../sql/token-reader.ts';
import { asWritten } from './as-written.ts';
import { type DataHeaders, takeDataHeader } from './data-headers.ts';
import type { BatchTarget, CodeSpec, DataSpec } from './data-spec.ts';
import type { FileReading } from './file-reading.ts';
import { fileOffset } from './locate.ts';
import type { Rollback, Statement } from './migration.ts';
import { findPlaceholders, mayHoldPlaceholder, withoutPlaceholders } from './placeholder.ts';

interface Parts {
  readonly statements: readonly Statement[];
  readonly verify: readonly Statement[];
  readonly rollback: Rollback;
}

type DataParts = Omit<Parts, 'verify'> & { readonly data?: DataSpec };

/**
 * A file as a data migration, where its header says that it is one: `:batch` is found in the statements, and what cannot run in
 * batches is complained of. Of any other file only a `:batch` is. `code`: what runs in place of its statements.
 */
export function readData(reading: FileReading, parts: Parts, code?: CodeSpec): DataParts {
  if (!isData(reading)) {
    if (mayHoldPlaceholder(reading.text)) complainOfPlaceholders(reading, parts);
    return parts;
  }
  const headers = readHeaders(reading);
  if (reading.headers.transaction === 'none') complainOfTransaction(reading);
  const statements = parts.statements.map(withPlaces);
  for (const statement of statements) judge(reading, statement, 'body');
  for (const query of parts.verify) refusePlaceholder(reading, query, 'VERIFY is asked once, behind the last batch');
  const rollback = readBack(reading, parts.rollback);
  const target = targetOf(reading, headers, statements);
  if (!target) return { statements, rollback };
  return { statements, rollback, data: { ...specOf(headers, target, rollback), ...(code ? { code } : {}) } };
}

function isData(reading: FileReading): boolean {
  const { Kind } = reading.headers.data;
  if (Kind === 'data') return true;
  if (Kind !== undefined && /^data\b/i.test(Kind)) {
    reading.complain('header-invalid', 'the header Kind is not right', reading.dataHeaders.get('Kind') ?? 0, {
      found: Kind,
      expected: '-- Kind: data',
    });
  }
  return false;
}

function specOf(headers: DataHeaders, target: BatchTarget, rollback: Rollback): DataSpec {
  const inBatches = rollback.kind === 'sql' && rollback.statements.some(({ batch }) => batch !== undefined);
  return {
    target,
    back: inBatches ? (headers.batchBack ?? target) : undefined,
    targetMs: headers.targetMs,
    pause: headers.pause,
    where: headers.where,
    background: headers.background ?? false,
    keep: headers.keep,
  };
}

function readHeaders(reading: FileReading): DataHeaders {
  const headers: DataHeaders = {};
  for (const [key, value] of Object.entries(reading.headers.data)) {
    const fault = takeDataHeader(headers, key, value);
    if (fault)
      reading.complain('header-invalid', `the header ${key} is not right`, reading.dataHeaders.get(key) ?? 0, fault);
  }
  return headers;
}

function complainOfTransaction(reading: FileReading): void {
  reading.complain(
    'data-invalid',
    'a data migration runs in transactions, one a batch',
    reading.text.indexOf('-- Transaction'),
    {
      found: '-- Transaction: none',
      next: ['Remove that header.'],
    },
  );
}

function withPlaces(statement: Statement): Statement {
  const batch = findPlaceholders(statement.sql);
  if (batch.length === 0) return statement;
  return { ...statement, sql: withoutPlaceholders(statement.sql, batch), batch };
}

/** Without any `:batch` it is an ordinary way back, of which anything may be part. */
function readBack(reading: FileReading, rollback: Rollback): Rollback {
  if (rollback.kind !== 'sql') return rollback;
  const statements = rollback.statements.map(withPlaces);
  if (!statements.some(({ batch }) => batch)) return rollback;
  for (const statement of statements) judge(reading, statement, 'ROLLBACK');
  return { ...rollback, statements };
}

function judge(reading: FileReading, statement: Statement, where: 'body' | 'ROLLBACK'): void {
  // Any version will do: no class of what may stand here depends on it.
  const kind = statementKind(statement.sql, statement.words, 0).class;
  const first = statement.words[0] ?? '';
  if (kind === 'set' && statement.words[1] === 'LOCAL') return;
  const changes = (kind === 'dml' && first !== 'COPY') || kind === 'query';
  if (!changes) complainOfKind(reading, statement, first, where);
  else if (!statement.batch) complainOfMissing(reading, statement, where);
}

function complainOfKind(reading: FileReading, statement: Statement, first: string, where: 'body' | 'ROLLBACK'): void {
  const place = where === 'body' ? 'a data migration' : 'a way back that runs in batches';
  reading.complain('data-invalid', `${first} cannot stand in ${place}: it would run once a batch`, statement.offset, {
    found: asWritten(statement.sql),
    expected: 'INSERT, UPDATE, DELETE, MERGE or a query, each with :batch; or SET LOCAL',
    next: ['Put it into a migration of its own, before or behind this one.'],
  });
}

function complainOfMissing(reading: FileReading, statement: Statement, where: 'body' | 'ROLLBACK'): void {
  const place = where === 'body' ? 'this statement' : 'this statement of ROLLBACK';
  reading.complain(
    'data-invalid',
    `:batch is missing: each batch would run ${place} over the whole table`,
    statement.offset,
    {
      found: asWritten(statement.sql),
      expected: 'a condition with :batch, which stands for the range of one batch: WHERE priority IS NULL AND :batch',
    },
  );
}

function complainOfPlaceholders(reading: FileReading, { statements, verify, rollback }: Parts): void {
  const back = rollback.kind === 'sql' ? rollback.statements : [];
  for (const statement of [...statements, ...verify, ...back])
    refusePlaceholder(reading, statement, 'the file does not say that it is a data migration', [
      'Say so in its header, with the table and its key: -- Kind: data, and on the next line -- Batch: TABLE by KEY',
    ]);
}

function refusePlaceholder(reading: FileReading, statement: Statement, why: string, next?: readonly string[]): void {
  const [place] = findPlaceholders(statement.sql);
  if (!place) return;
  reading.complain(
    'data-invalid',
    `:batch stands where there are no batches: ${why}`,
    fileOffset(statement, place.start),
    {
      ...(next ? { next } : {}),
    },
  );
}

/** By the header, else what the first statement changes. */
function targetOf(
  reading: FileReading,
  { batch }: DataHeaders,
  statements: readonly Statement[],
): BatchTarget | undefined {
  if (batch) return batch;
  if (reading.dataHeaders.has('Batch')) return undefined;
  const table = statements.map(({ sql }) => changedTable(sql)).find((one) => one !== undefined);
  if (table) return { table, key: 'primary' };
  if (statements.length > 0)
    reading.complain(
      'data-invalid',
      'the file does not say which table it goes through',
      reading.dataHeaders.get('Kind') ?? 0,
      {
        expected: '-- Batch: TABLE by KEY',
      },
    );
  return undefined;
}

function changedTable(sql: string): BatchTarget['table'] | undefined {
  const reader = new TokenReader(sql);
  if (!reader.accept('UPDATE') && !reader.accept('DELETE', 'FROM')) return undefined;
  reader.accept('ONLY');
  return reader.qualifiedName();
}
