import type { PlannedMigration } from '../../../plan/up.ts';
import type { DatabaseError } from '../../../postgres/database-error.ts';
import type { BatchItem } from '../../../postgres/pipeline.ts';
import type { Session } from '../../../postgres/session.ts';
import { Problem } from '../../../problem/problem.ts';
import { displayIdentifier } from '../../../sql/quote.ts';
import { applyMigration } from '../../apply.ts';
import type { Engine } from '../../engine.ts';
import { applicationOn, type Bed } from '../bed.ts';
import { undoOn } from '../undo-on.ts';
import type { Tables } from './tables.ts';
import type { Ground, Refused, Touched, Way } from './trial.ts';

/** For what we do between people's statements: nobody's role, no triggers where that is allowed, and one way to write values. */
const OURS: readonly BatchItem[] = [
  'SET LOCAL SESSION AUTHORIZATION DEFAULT',
  'SET LOCAL ROLE NONE',
  "SELECT pg_catalog.set_config('session_replication_role', 'replica', true) WHERE pg_catalog.current_setting('is_superuser') = 'on'",
  'SET LOCAL row_security = off',
  'SET LOCAL search_path TO DEFAULT',
  "SET LOCAL TimeZone = 'UTC'",
  "SET LOCAL DateStyle = 'ISO, MDY'",
  "SET LOCAL IntervalStyle = 'postgres'",
  "SET LOCAL bytea_output = 'hex'",
  'SET LOCAL extra_float_digits = 1',
  'SET CONSTRAINTS ALL IMMEDIATE',
].map((sql) => ({ sql }));

interface Runs {
  readonly touched: Touched;
  /** It is applied, as `Way` says. */
  readonly olderTables?: ReadonlySet<string>;
  readonly apply: () => Promise<Error | undefined>;
  readonly back: () => Promise<Error | undefined>;
}

/** The open transaction: all that is done there is taken back. */
export function inTransaction(session: Session, { touched, apply, back, olderTables }: Runs): Ground {
  const way: Way = {
    ours: async (use) => {
      await session.batch([OURS]);
      return use(session);
    },
    touched: () => touched,
    apply: async () => refusedBy(await apply()),
    back: async () => refusedBy(await back()),
    ...(olderTables ? { olderTables } : {}),
  };
  return async (use) => {
    await session.query('SAVEPOINT taskflow_data');
    const outcome = await use(way);
    await session.query('ROLLBACK TO SAVEPOINT taskflow_data');
    return outcome;
  };
}

/** Copies of a database where it is not applied, for a migration that cannot run in one transaction. */
export function onCopies(onCopy: <T>(use: (bed: Bed) => Promise<T>) => Promise<T>, planned: PlannedMigration): Ground {
  return (use) =>
    onCopy((bed) =>
      use({
        ours: (work) => inOwnSession(bed.engine, work),
        touched: (tables) => named(tables, planned.migration.text),
        apply: () => problemOf(applyMigration(applicationOn(bed, planned))),
        back: () => problemOf(undoOn(bed, planned)),
      }),
    );
}

/** In a transaction of a session of ours, which is committed. */
export async function inOwnSession<T>(engine: Engine, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await engine.connect('migration');
  try {
    await session.batch([[{ sql: 'BEGIN' }, ...OURS]]);
    const outcome = await use(session);
    await session.query('COMMIT');
    return outcome;
  } finally {
    await session.end();
  }
}

/** Locks do not outlive their transactions: the tables that the file speaks of. */
export function named(tables: Tables, text: string): Touched {
  const words = new Set(text.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []);
  const all = new Set([...tables.values()].filter(({ name }) => words.has(name.toLowerCase())).map(({ oid }) => oid));
  return { all, written: all };
}

async function problemOf(run: Promise<unknown>): Promise<Refused | undefined> {
  try {
    await run;
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return refusedBy((error.fields.cause as Error | undefined) ?? error);
    throw error;
  }
}

function refusedBy(error: Error | undefined): Refused | undefined {
  if (error === undefined) return undefined;
  const { schema, table } = error as Partial<DatabaseError>;
  const name = schema && table ? `${displayIdentifier(schema)}.${displayIdentifier(table)}` : undefined;
  return { message: error.message, ...(name === undefined ? {} : { table: name }) };
}
