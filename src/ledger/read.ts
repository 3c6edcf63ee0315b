import type { LedgerEntry } from '../plan/ledger-entry.ts';
import type { BatchItem } from '../postgres/pipeline.ts';
import type { Row } from '../postgres/row.ts';
import type { Session } from '../postgres/session.ts';
import type { LedgerNames } from './names.ts';

/** What the tracking tables say, read once and frozen. */
export interface Ledger {
  /** 0: a table from before this tool; undefined: there is none. */
  readonly layout: number | undefined;
  readonly entries: readonly LedgerEntry[];
  readonly settings: ReadonlyMap<string, string>;
}

const COLUMNS = [
  'description',
  'checksum',
  'body_checksum',
  'applied_by',
  'execution_time_ms',
  'success',
  'error_message',
  'type',
  'applied_order',
  'steps_done',
  'steps_total',
] as const;

/** The two statements that read a ledger of layout 1 or newer; each fails with 42P01 or 42703 where the table is older. */
export function ledgerItems(names: LedgerNames): BatchItem[] {
  return [
    {
      sql: `SELECT version, ${COLUMNS.join(', ')}, pg_catalog.to_json(applied_at) #>> '{}' AS applied_at,
  rollback_sql IS NOT NULL AS has_rollback, body_sql IS NOT NULL AS has_body FROM ${names.migrations}`,
      rows: true,
    },
    { sql: `SELECT key, value FROM ${names.settings}`, rows: true },
  ];
}

export function ledgerOf(entryRows: readonly Row[], settingRows: readonly Row[]): Ledger {
  const settings = new Map(settingRows.map((row) => [row.key ?? '', row.value ?? '']));
  const layout = Number(settings.get('layout_version') ?? 1);
  return { layout, entries: entryRows.map(entryOf), settings };
}

/**
 * Reads a ledger of any age, and writes nothing: an older table is read column by column as far as it has them. To be
 * called where the quick way (ledgerItems) met a missing table or column.
 */
export async function readOlderLedger(session: Session, names: LedgerNames): Promise<Ledger> {
  const [found] = await session.query('SELECT pg_catalog.to_regclass($1) IS NOT NULL AS there', [names.migrations]);
  if (found?.there !== 't') return { layout: undefined, entries: [], settings: new Map() };
  const rows = await session.query(`SELECT pg_catalog.to_json(m) AS entry FROM ${names.migrations} AS m`);
  const plain = rows.map((row) => JSON.parse(row.entry ?? '{}') as Record<string, unknown>);
  plain.sort((a, b) => compare(a.applied_at, b.applied_at) || compare(a.version, b.version));
  const entries = plain.map((entry, i) => entryOf({ ...textual(entry), applied_order: String(i + 1) }));
  return { layout: 0, entries, settings: new Map() };
}

function compare(a: unknown, b: unknown): number {
  const [left, right] = [String(a ?? ''), String(b ?? '')];
  return left < right ? -1 : left > right ? 1 : 0;
}

function textual(entry: Record<string, unknown>): Record<string, string | null> {
  const out: Record<string, string | null> = {};
  for (const [key, value] of Object.entries(entry)) {
    out[key] =
      value === null || value === undefined ? null : typeof value === 'boolean' ? (value ? 't' : 'f') : String(value);
  }
  out.has_rollback = out.rollback_sql ? 't' : 'f';
  out.has_body = out.body_sql ? 't' : 'f';
  return out;
}

function entryOf(row: Row): LedgerEntry {
  const number = (name: string): number | null => (row[name] == null ? null : Number(row[name]));
  return {
    version: row.version ?? '',
    description: row.description ?? null,
    checksum: row.checksum ?? null,
    bodyChecksum: row.body_checksum ?? null,
    appliedAt: row.applied_at?.replace(/\+00:00$/, 'Z') ?? null,
    appliedBy: row.applied_by ?? null,
    executionTimeMs: number('execution_time_ms'),
    success: row.success === 't',
    errorMessage: row.error_message ?? null,
    type: row.type ?? 'migration',
    appliedOrder: number('applied_order') ?? 0,
    stepsDone: number('steps_done'),
    stepsTotal: number('steps_total'),
    hasRollback: row.has_rollback === 't',
    hasBody: row.has_body === 't',
  };
}
