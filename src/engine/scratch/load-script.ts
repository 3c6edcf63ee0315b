import { readTextFile } from '../../files/whole-file.ts';
import { decodeText } from '../../migration/decode.ts';
import type { Statement } from '../../migration/migration.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Session } from '../../postgres/session.ts';
import { pinSettings } from '../../postgres/session-settings.ts';
import { Problem } from '../../problem/problem.ts';
import { madeRoles } from '../../sql/beyond-database.ts';
import { splitScript } from '../../sql/splitter.ts';
import { SqlProblem } from '../../sql/sql-problem.ts';
import type { Engine } from '../engine.ts';
import { placeOfError } from '../error-place.ts';
import { databaseProblem, isDatabaseError, serverErrorOf } from '../failure.ts';
import { workerPins } from '../worker.ts';
import { onScratch } from './replay.ts';
import type { Scratch, ScratchDatabase } from './scratch.ts';

/** A file of SQL as psql would be given it. */
export interface Script {
  /** As people wrote its path. */
  readonly file: string;
  readonly text: string;
}

/** A file of SQL; `file`: its path in messages. Throws 'file-unreadable'. */
export function readScript(path: string, file: string): Script {
  return { file, text: decodeText(Buffer.from(readTextFile(path, file)), file) };
}

/** So many statements go to the server at once. */
const STATEMENTS_MAX = 200;

/**
 * Runs the statements of a script in one session, each by itself unless the script opens a transaction, as psql does with
 * ON_ERROR_STOP, but for what is left out on scratch databases. Commands of psql that only concern what it prints are passed over. Throws the Problem of the statement that
 * fails, of a psql command that cannot be honoured, or of a transaction that is left open.
 */
export async function loadScript(scratch: Scratch, database: ScratchDatabase, script: Script): Promise<void> {
  const all = statementsOf(script);
  await scratch.roles.provide(all.flatMap(({ sql, words }) => madeRoles(sql, words)));
  const statements = all.filter((one) => !scratch.leftOut.passes(script.file, one));
  const session = await database.engine.connect('migration');
  const cancel = () => void session.cancel();
  database.engine.signal.addEventListener('abort', cancel);
  try {
    await session.query(pins(database.engine).sql, pins(database.engine).params);
    await runAll(session, statements, script, scratch);
  } finally {
    database.engine.signal.removeEventListener('abort', cancel);
    await session.end();
  }
}

function statementsOf({ file, text }: Script): Statement[] {
  try {
    return [...splitScript(text)].flatMap((item) => {
      if (item.kind !== 'statement' && item.kind !== 'copy') return [];
      const { words, start, end, line, column } = item;
      const copy = item.kind === 'copy' ? { copyData: text.slice(item.data.start, item.data.end) } : {};
      return [{ sql: text.slice(start, end), words, offset: start, line, column, ...copy }];
    });
  } catch (error) {
    if (!(error instanceof SqlProblem)) throw error;
    throw error.moved({ ...error.fields.where, file }, error.offset).with({ state: 'Nothing was run.' });
  }
}

/** What a migration's session is pinned to, but for the timeouts and what only our own layout reads. */
function pins(engine: Engine): BatchItem {
  const { trackingSchema } = engine.settings;
  const custom: Record<string, string> =
    trackingSchema === 'public' ? {} : { 'taskflow.tracking_schema': trackingSchema };
  return pinSettings({ ...workerPins(engine), statementTimeoutMs: 0, lockTimeoutMs: 0, custom }, 'session');
}

async function runAll(
  session: Session,
  statements: readonly Statement[],
  script: Script,
  scratch: Scratch,
): Promise<void> {
  for (let at = 0; at < statements.length; ) {
    const group = groupAt(statements, at);
    const batch = await session.runBatch(group.map((one) => [itemOf(one)]));
    if (batch.failure) throw failureOf(batch.failure.error, group[batch.failure.segment]!, statements, script, scratch);
    at += group.length;
  }
  if (session.transactionStatus === 'I') return;
  throw new Problem('transaction-control', `${script.file} leaves a transaction open`, {
    where: { file: script.file },
    state: 'psql would roll it back: nothing of that transaction would be there.',
    next: ['End it with COMMIT;'],
  });
}

/** The server takes no other message while it reads the rows of a COPY. */
function groupAt(statements: readonly Statement[], at: number): readonly Statement[] {
  if (statements[at]!.copyData !== undefined) return statements.slice(at, at + 1);
  const some = statements.slice(at, at + STATEMENTS_MAX);
  const copy = some.findIndex((one) => one.copyData !== undefined);
  return copy === -1 ? some : some.slice(0, copy);
}

function itemOf({ sql, copyData }: Statement): BatchItem {
  return { sql, ...(copyData === undefined ? {} : { copyData }) };
}

function failureOf(
  error: Error,
  statement: Statement,
  all: readonly Statement[],
  script: Script,
  scratch: Scratch,
): Problem {
  if (!isDatabaseError(error)) return databaseProblem(error, `${script.file}: the scratch server ended the session`);
  const problem = new Problem('statement-failed', `${script.file} cannot be loaded into an empty database`, {
    where: placeOfError(error, script, statement, all),
    statement: statement.sql,
    server: serverErrorOf(error),
    cause: error,
  });
  return onScratch(problem, scratch);
}
