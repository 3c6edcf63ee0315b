import { gather, Problem } from '../problem/problem.ts';
import { statementKind } from '../sql/kinds.ts';
import { asWritten } from './as-written.ts';
import { checksumOf, textChecksumOf } from './checksum.ts';
import { languageOf } from './code-text.ts';
import { decodeText } from './decode.ts';
import { type BodyStatement, COMPLAINTS_MAX, FileReading } from './file-reading.ts';
import { parseFileName } from './filename.ts';
import type { Migration, Rollback, Statement } from './migration.ts';
import { type CodeReading, readCode } from './read-code.ts';
import { readData } from './read-data.ts';
import type { Section } from './section.ts';
import { insteadOf, unwrapTransaction } from './transaction-wrapper.ts';

/**
 * Reads a migration's file. `file` is its path as shown to people, `stem` its name without its ending. Nothing is run: a file
 * of code says in its comments what has to be known of it. Throws one Problem that gathers every complaint about the file, each
 * with its line and column.
 */
export function parseMigration(input: { file: string; stem: string; bytes: Uint8Array }): Migration {
  const { file, stem, bytes } = input;
  const name = parseFileName(`${stem}.sql`);
  if (name instanceof Problem) throw name.with({ where: { file } });
  const text = decodeText(bytes, file);
  const language = languageOf(file, text);
  const code = language && readCode(file, text, language);
  const reading = code?.reading ?? new FileReading(file, text);
  const body = code ? bodyOf(code) : readBody(reading);
  const verify = readVerify(reading);
  const parts = { statements: body.statements, verify, rollback: readRollback(reading) };
  const { statements, rollback, data } = readData(reading, parts, code?.spec);
  refuse(reading);
  // Nothing is spread here and in `bare`: V8 keeps what is as a hash table, which is slow to make and to read (measured).
  const migration: Migration = {
    version: name.version,
    number: name.number,
    name: name.name,
    file,
    text,
    description: reading.firstProse ?? reading.headers.description ?? name.name.replace(/[_-]+/g, ' ').trim(),
    headers: reading.headers,
    checksum: checksumOf(bytes),
    statements,
    wrappedInTransaction: body.wrappedInTransaction,
    bodyChecksum: body.bodyChecksum,
    verify,
    rollback,
  };
  return data ? { ...migration, data } : migration;
}

function bodyOf({ standIn, bodyChecksum }: CodeReading): ReturnType<typeof readBody> {
  return { statements: standIn, wrappedInTransaction: false, bodyChecksum };
}

function refuse(reading: FileReading): void {
  const [first, ...more] = [...reading.complaints].sort(byPlace);
  if (!first) return;
  if (more.length === 0) throw first;
  throw gather(first.code, `${reading.file} has ${counted(more.length + 1)} faults`, [first, ...more]).with({
    where: { file: reading.file },
  });
}

function counted(faults: number): string {
  return faults < COMPLAINTS_MAX ? String(faults) : `${COMPLAINTS_MAX} or more`;
}

function byPlace(a: Problem, b: Problem): number {
  return (
    (a.fields.where?.line ?? 0) - (b.fields.where?.line ?? 0) ||
    (a.fields.where?.column ?? 0) - (b.fields.where?.column ?? 0)
  );
}

function readBody(reading: FileReading): Pick<Migration, 'statements' | 'wrappedInTransaction' | 'bodyChecksum'> {
  const { statements, wrapped, refused } = unwrapTransaction(reading.body);
  for (const { statement, control } of refused) complainOfControl(reading, statement, control);
  const [first, last] = [statements[0], statements.at(-1)];
  if (!first || !last) complainOfNothing(reading, wrapped);
  if (wrapped && reading.headers.transaction === 'none') {
    reading.complain(
      'transaction-control',
      'the file says "Transaction: none" and wraps itself in BEGIN ... COMMIT',
      reading.body[0]?.offset ?? 0,
      {
        next: ['Remove one of the two.'],
      },
    );
  }
  const text = first && last ? reading.text.slice(first.offset, last.end) : '';
  return {
    statements: statements.map(bare),
    wrappedInTransaction: wrapped,
    bodyChecksum: textChecksumOf(text),
  };
}

/** Without its end. */
function bare({ sql, words, offset, line, column, copyData }: BodyStatement): Statement {
  const statement = { sql, words, offset, line, column };
  return copyData === undefined ? statement : { ...statement, copyData };
}

function complainOfNothing(reading: FileReading, wrapped: boolean): void {
  if (reading.isBroken) return;
  const blank = reading.text.trim() === '';
  reading.complain('file-empty', `${reading.file} has no statement to run`, 0, {
    found: blank ? 'an empty file' : wrapped ? 'only BEGIN and COMMIT' : 'only comments',
    expected: 'at least one SQL statement before the sections',
    next: ['A change that is not wanted any more: delete the file, or say SELECT 1; with a comment that tells why.'],
  });
}

function complainOfControl(reading: FileReading, statement: Statement, control: Parameters<typeof insteadOf>[0]): void {
  const words = statement.words.slice(0, 4).join(' ');
  reading.complain('transaction-control', `${words} cannot stand in a migration`, statement.offset, {
    found: asWritten(statement.sql),
    next: insteadOf(control),
  });
}

function readVerify(reading: FileReading): readonly Statement[] {
  const section = reading.sections.get('VERIFY');
  if (!section) return [];
  const statements = readSection(reading, section);
  for (const statement of statements) {
    // Any version will do: no query's class depends on it.
    if (statementKind(statement.sql, statement.words, 0).class === 'query') continue;
    reading.complain('section-invalid', 'VERIFY holds a statement that is no query', statement.offset, {
      found: asWritten(statement.sql),
      expected: 'queries (SELECT, VALUES, TABLE or WITH) of which every row is true',
    });
  }
  return statements;
}

function readRollback(reading: FileReading): Rollback {
  const section = reading.sections.get('ROLLBACK');
  const irreversible = reading.sections.get('IRREVERSIBLE');
  if (section && irreversible) {
    reading.complain('section-invalid', 'the file has both ROLLBACK and IRREVERSIBLE', irreversible.offset, {
      next: ['Keep the one that is true.'],
    });
  }
  if (section) return { kind: 'sql', statements: readSection(reading, section), sql: section.sql };
  return irreversible ? { kind: 'irreversible', reason: irreversible.prose } : { kind: 'none' };
}

function readSection(reading: FileReading, section: Section): Statement[] {
  const before = reading.complaints.length;
  const statements = section.statements(reading.file, reading.lines, (problem) => reading.take(problem));
  const { statements: kept, refused } = unwrapTransaction(statements);
  for (const { statement, control } of refused) complainOfControl(reading, statement, control);
  const isSilent = reading.complaints.length === before && !section.hasStraySql;
  if (kept.length === 0 && isSilent) complainOfEmptySection(reading, section);
  return [...kept];
}

function complainOfEmptySection(reading: FileReading, section: Section): void {
  const { name } = section.marker;
  reading.complain('section-invalid', `the section ${name} holds no SQL`, section.offset, {
    expected: 'SQL on the lines below the marker, each behind "-- "',
    next: [
      name === 'ROLLBACK'
        ? 'If there is no way back, say so: -- IRREVERSIBLE: reason'
        : 'Remove the marker, or write the query.',
    ],
  });
}
