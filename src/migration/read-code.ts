import { quoteIdentifier, quoteQualified } from '../sql/quote.ts';
import { splitScript } from '../sql/splitter.ts';
import type { QualifiedName } from '../sql/token-reader.ts';
import { textChecksumOf } from './checksum.ts';
import { type CodeHeaders, takeCodeHeader } from './code-headers.ts';
import { type CodeLanguage, type CodeText, readCodeText } from './code-text.ts';
import { type DataHeaders, takeDataHeader } from './data-headers.ts';
import type { BatchTarget, CodeSpec } from './data-spec.ts';
import { FileReading } from './file-reading.ts';
import { readHeaderLine } from './header-line.ts';
import { readMarker } from './markers.ts';
import type { Statement } from './migration.ts';

/** A file of code: what its comments say, and how its code is called. */
export interface CodeReading {
  readonly reading: FileReading;
  /** What the code does to the rows, as SQL that changes nothing: for whoever reads, judges or tries migrations. */
  readonly standIn: readonly Statement[];
  readonly spec: CodeSpec | undefined;
  /** SHA-256 (hex) of the code. */
  readonly bodyChecksum: string;
}

/** Reads a file of code, of which nothing is run: all that has to be known of it stands in its comments. */
export function readCode(file: string, text: string, language: CodeLanguage): CodeReading {
  const code = readCodeText(text);
  const reading = new FileReading(file, code.asSql, text);
  const body = text.slice(code.start, code.end);
  complainOfCode(reading, code, body);
  const spec = readSpec(reading, language);
  const target = targetOf(reading);
  const standIn = spec && target ? standInFor(reading, target, spec) : [];
  return { reading, standIn, spec, bodyChecksum: textChecksumOf(body) };
}

const EXPORTS_BATCH = /\bexport\s+(?:async\s+)?(?:function|const|let|var)\s+batch\b|\bexport\s*\{[^}]*\bbatch\b/;

function complainOfCode(reading: FileReading, code: CodeText, body: string): void {
  if (reading.headers.data.Kind !== 'data')
    reading.complain('data-invalid', 'a file of code does not say that it is a data migration', 0, {
      expected: 'before the first line of code: // Kind: data',
      next: ['A file that is no migration: give it a name without a number in front, or move it to another folder.'],
    });
  if (body === '') reading.complain('file-empty', `${reading.file} has no code to run`, 0, { found: 'only comments' });
  else if (!EXPORTS_BATCH.test(body))
    reading.complain('data-invalid', 'the code does not export a function batch', code.start, {
      expected: 'export async function batch(rows, context) { ... }',
    });
  for (const { offset, comment } of code.inner) complainOfInner(reading, offset, comment);
}

/** These decide what is run, and are not read here. */
const READ_OUTSIDE = ['Kind', 'Batch', 'Columns', 'Writes'];

function complainOfInner(reading: FileReading, offset: number, comment: string): void {
  const header = readHeaderLine(comment, true);
  if (header && READ_OUTSIDE.includes(header.key))
    reading.complain('header-invalid', 'headers are read only before the first line of code', offset, {
      found: comment,
      next: ['Move the line to the top of the file.'],
    });
  if (readMarker(comment))
    reading.complain('section-invalid', 'a section stands behind the last line of code', offset, { found: comment });
}

function readSpec(reading: FileReading, language: CodeLanguage): CodeSpec | undefined {
  const headers: CodeHeaders = {};
  for (const [key, value] of Object.entries(reading.headers.data)) {
    const fault = takeCodeHeader(headers, key, value);
    if (fault)
      reading.complain('header-invalid', `the header ${key} is not right`, reading.dataHeaders.get(key) ?? 0, fault);
  }
  const { columns = [], writes, chunk = CHUNK, concurrency = 1, perSecond, retries = RETRIES, callTimeoutMs } = headers;
  if (!writes) {
    if (!reading.dataHeaders.has('Writes') && reading.headers.data.Kind === 'data')
      reading.complain('data-invalid', 'the file does not say which columns it writes', 0, {
        expected: '// Writes: COLUMN, ...',
      });
    return undefined;
  }
  const timeoutMs = callTimeoutMs ?? CALL_TIMEOUT_MS;
  return { language, columns, writes, chunk, concurrency, perSecond, retries, callTimeoutMs: timeoutMs };
}

const CHUNK = 100;
const RETRIES = 8;
const CALL_TIMEOUT_MS = 60_000;

/** What is wrong with the header is said where the others are read. */
function targetOf(reading: FileReading): BatchTarget | undefined {
  const draft: DataHeaders = {};
  const { Batch, Where } = reading.headers.data;
  if (Where !== undefined && takeDataHeader(draft, 'Where', Where)) return undefined;
  if (Batch === undefined) {
    reading.complain('data-invalid', 'the file does not say which table it goes through', 0, {
      expected: '// Batch: TABLE by KEY',
    });
  } else takeDataHeader(draft, 'Batch', Batch);
  if (draft.batch?.key === 'ctid') {
    reading.complain(
      'data-invalid',
      'code needs a key by which its rows are known',
      reading.dataHeaders.get('Batch') ?? 0,
    );
    return undefined;
  }
  return draft.batch;
}

/** Reads the columns, and sets those that are written to what they are. */
function standInFor(reading: FileReading, target: BatchTarget, { columns, writes }: CodeSpec): Statement[] {
  const table = tableText(target.table);
  const { Where } = reading.headers.data;
  const where = `${Where === undefined ? '' : `(${Where}) AND `}t.:batch`;
  const read = columns.map((name) => `t.${quoteIdentifier(name)}`).join(', ') || 'true';
  const set = writes.map((name) => `${quoteIdentifier(name)} = t.${quoteIdentifier(name)}`).join(', ');
  const place = reading.dataHeaders.get('Writes') ?? 0;
  return [
    statementAt(reading, place, `SELECT ${read} FROM ${table} AS t WHERE ${where}`),
    statementAt(reading, place, `UPDATE ${table} AS t SET ${set} WHERE ${where}`),
  ];
}

function statementAt(reading: FileReading, offset: number, sql: string): Statement {
  const [item] = [...splitScript(sql, () => {})];
  const words = item?.kind === 'statement' ? item.words : [];
  const { line, column } = reading.lines.at(offset);
  return { sql, words, offset, line, column, lineMap: sql.split('\n').map(() => offset) };
}

function tableText({ schema, name }: QualifiedName): string {
  return schema === undefined ? quoteIdentifier(name) : quoteQualified(schema, name);
}
