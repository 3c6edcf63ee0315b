import type { BackupManifest } from '../../backup/manifest.ts';
import { ledgerNames } from '../../ledger/names.ts';
import { eventItem } from '../../ledger/write.ts';
import type { Row } from '../../postgres/row.ts';
import type { Session } from '../../postgres/session.ts';
import { quoteQualified } from '../../sql/quote.ts';
import type { Engine } from '../engine.ts';

export interface RestoredInto {
  /** The database, by the name that it gets. */
  readonly database: string;
  /** By which name the one that had it is kept. */
  readonly replaced: string | null;
  /** Null: all of them. */
  readonly tables: readonly string[] | null;
}

/**
 * Makes a restored copy fit for use: the lease of the run that held it when the backup was taken is void, for that run works on
 * another database; and the audit trail says what this one is. That there is no trail, or an older one, is no fault.
 */
export async function settleCopy(
  { settings, run, emit }: Engine,
  session: Session,
  { id, kind, startedAt, source }: BackupManifest,
  into: RestoredInto,
): Promise<void> {
  const names = ledgerNames(settings.trackingSchema);
  const [there] = await session.query(
    'SELECT pg_catalog.to_regclass($1) IS NOT NULL AS runner, pg_catalog.to_regclass($2) IS NOT NULL AS events',
    [names.runner, names.events],
  );
  if (there?.runner !== 't' || there.events !== 't') return;
  const detail = { id, kind, from: source.database, takenAt: startedAt, ...into };
  const free = `UPDATE ${names.runner} SET run_id = NULL, expires_at = NULL, fence = fence + 1 WHERE run_id IS NOT NULL`;
  // Who loads single tables loads them into a database where a run may be at work.
  const voided = into.tables === null ? [{ sql: free }] : [];
  // In the transaction of the rows, where there is one: it is not to fail with this.
  const isOpen = session.transactionStatus === 'T';
  const around = (sql: string) => (isOpen ? [{ sql }] : []);
  const record = eventItem(names, run, { event: 'restored', version: null, detail });
  const { failure } = await session.runBatch([
    [...around('SAVEPOINT taskflow_record'), ...voided, record, ...around('RELEASE SAVEPOINT taskflow_record')],
  ]);
  if (!failure) return;
  if (isOpen) await session.query('ROLLBACK TO SAVEPOINT taskflow_record');
  const what = into.tables === null ? `${NO_TRAIL}, and a run that held its lease may still seem to` : NO_TRAIL;
  emit({ kind: 'warning', message: `${what}: ${failure.error.message}.` });
}

const NO_TRAIL = 'The audit trail of the database does not say that it was restored';

/** Tables that were loaded into a database that goes on living. */
export interface LoadedTables {
  readonly database: string;
  readonly wanted: readonly { readonly schema: string; readonly name: string; readonly isThere: boolean }[];
}

/**
 * Behind the rows of single tables: their sequences go on behind the values of the backup, never back; the audit trail of the
 * database says what was loaded. Returns how many rows there are.
 */
export async function settleTables(
  engine: Engine,
  session: Session,
  manifest: BackupManifest,
  { database, wanted }: LoadedTables,
): Promise<{ name: string; made: boolean; rows: number }[]> {
  const tables = [];
  await advanceSequences(session, manifest, wanted);
  for (const { schema, name, isThere } of wanted) {
    const table = quoteQualified(schema, name);
    const [row] = await session.query(`SELECT pg_catalog.count(*) AS amount FROM ONLY ${table}`);
    tables.push({ name: `${schema}.${name}`, made: !isThere, rows: Number(row?.amount ?? 0) });
  }
  await settleCopy(engine, session, manifest, { database, replaced: null, tables: tables.map(({ name }) => name) });
  return tables;
}

/**
 * Of tables that are there: no number that the backup has is given out again. Before their rows come, it does no harm; a restore that is
 * killed behind the rows does not come to it.
 */
export async function advanceSequences(
  session: Session,
  manifest: BackupManifest,
  tables: readonly { readonly schema: string; readonly name: string }[],
): Promise<void> {
  for (const { schema, name } of tables)
    for (const sequence of await session.query(SEQUENCES, [quoteQualified(schema, name)]))
      await advance(session, manifest, sequence);
}

/** Those that belong to a column: serial and identity. */
const SEQUENCES = `SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_depend AS d
JOIN pg_catalog.pg_class AS c ON c.oid = d.objid AND c.relkind = 'S' JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
  AND d.refobjid = $1::pg_catalog.regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')`;

async function advance(session: Session, { sequences }: BackupManifest, { schema, name }: Row): Promise<void> {
  const kept = sequences.find((one) => one.schema === schema && one.name === name);
  if (!kept) return;
  const sequence = quoteQualified(kept.schema, kept.name);
  await session.query(
    `SELECT pg_catalog.setval($1::pg_catalog.regclass, $2::bigint, $3::boolean) FROM ${sequence}
WHERE (last_value, is_called) < ($2::bigint, $3::boolean)`,
    [sequence, kept.lastValue, String(kept.isCalled)],
  );
}
