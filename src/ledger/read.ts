import type { LedgerEntry } from '../plan/ledger-entry.ts';
import type { BatchItem } from '../postgres/pipeline.ts';
import type { Row } from '../postgres/row.ts';
import type { Session } from '../postgres/session.ts';
import { Problem } from '../problem/problem.ts';
import type { LedgerNames } from './names.ts';

/** What the tracking tables say, read once and frozen. */
export interface Ledger {
  /** 0: a table from before this tool; undefined: there is none. */
  readonly layout: number | undefined;
  readonly entries: readonly LedgerEntry[];
  readonly settings: ReadonlyMap<string, string>;
  /** The rows hold times without a zone. */
  readonly naiveTimes: boolean;
}

/** Column → field of an entry. */
const COLUMNS = {
  version: 'version',
  description: 'description',
  checksum: 'checksum',
  body_checksum: 'bodyChecksum',
  applied_at: 'appliedAt',
  applied_by: 'appliedBy',
  execution_time_ms: 'executionTimeMs',
  success: 'success',
  error_message: 'errorMessage',
  type: 'type',
  applied_order: 'appliedOrder',
  steps_done: 'stepsDone',
  steps_total: 'stepsTotal',
} as const;

const SELECTED = Object.entries(COLUMNS)
  .map(([column, field]) => `${column} AS "${field}"`)
  .join(', ');

/**
 * The two statements that read a ledger of layout 1 or newer; each fails with 42P01 or 42703 where the table is older. The
 * rows come as one JSON text: a thousand of them cost a tenth of what a thousand messages do.
 */
export function ledgerItems(names: LedgerNames): BatchItem[] {
  return [
    {
      sql: `SELECT pg_catalog.json_agg(entry) AS entries FROM (SELECT ${SELECTED},
  rollback_sql IS NOT NULL AS "hasRollback", body_sql IS NOT NULL AS "hasBody" FROM ${names.migrations}) AS entry`,
      rows: true,
    },
    { sql: `SELECT key, value FROM ${names.settings}`, rows: true },
  ];
}

export function ledgerOf(entryRows: readonly Row[], settingRows: readonly Row[]): Ledger {
  const settings = new Map(settingRows.map((row) => [row.key ?? '', row.value ?? '']));
  const layout = Number(settings.get('layout_version') ?? 1);
  return ledger(layout, entriesOf(entryRows[0]?.entries ?? '[]'), settings);
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * The rows as ledgerItems selects them, which are entries but for what an upgraded table may hold in columns that are older
 * than this tool. Changed where they are: making thousands of new ones costs more than all else a run does that finds nothing.
 */
function entriesOf(json: string): readonly LedgerEntry[] {
  const entries = JSON.parse(json) as Writable<LedgerEntry>[];
  for (const entry of entries) {
    entry.success = entry.success === true;
    entry.type ??= 'migration';
    if (entry.executionTimeMs !== null) entry.executionTimeMs = Number(entry.executionTimeMs);
    if (entry.appliedAt !== null) entry.appliedAt = inUtc(entry.appliedAt);
  }
  return entries;
}

function inUtc(time: string): string {
  return time.endsWith('+00:00') ? `${time.slice(0, -6)}Z` : time;
}

const NAIVE = /^\d+-\d\d-\d\dT[\d:.]+$/;

function ledger(
  layout: number | undefined,
  entries: readonly LedgerEntry[],
  settings: ReadonlyMap<string, string>,
): Ledger {
  const dated = entries.find((entry) => entry.appliedAt?.includes('T'));
  return { layout, entries, settings, naiveTimes: NAIVE.test(dated?.appliedAt ?? '') };
}

/**
 * Reads a ledger of any age, and writes nothing: an older table is read column by column as far as it has them. To be
 * called where the quick way (ledgerItems) met a missing table or column. Problem `tracking-layout` where the table of that
 * name is somebody else's.
 */
export async function readOlderLedger(session: Session, names: LedgerNames): Promise<Ledger> {
  const columns = await session.query(COLUMNS_OF, [names.migrations]);
  if (columns.length === 0) return ledger(undefined, [], new Map());
  refuseForeign(columns, names);
  const rows = await session.query(
    `SELECT j - 'rollback_sql' || pg_catalog.jsonb_build_object('has_rollback', j ->> 'rollback_sql' IS NOT NULL) AS entry
FROM ${names.migrations} AS m, LATERAL pg_catalog.to_jsonb(m) AS j`,
  );
  const plain = rows.map((row) => ({ success: true, ...(JSON.parse(row.entry ?? '{}') as EntryJson) }) as EntryJson);
  plain.sort((a, b) => compare(a.applied_at, b.applied_at) || compare(a.version, b.version));
  const entries = plain.map((entry, i) => entryOf({ ...entry, applied_order: i + 1 }));
  return ledger(0, entries, new Map());
}

/** A relation without columns answers one row, without a name. */
const COLUMNS_OF = `SELECT c.relkind, a.attname AS name, pg_catalog.format_type(a.atttypid, NULL) AS type
FROM pg_catalog.pg_class AS c LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.oid = pg_catalog.to_regclass($1) ORDER BY a.attnum`;

const TEXT_TYPES = new Set(['text', 'character varying', 'character', 'citext', 'name']);

/** Other tools call their table so, too: ours has a version in text and one of the columns that came with it. */
function refuseForeign(columns: readonly Row[], names: LedgerNames): void {
  const types = new Map(columns.map((column) => [column.name, column.type ?? '']));
  const known = ['checksum', 'applied_at', 'success'].some((name) => types.has(name));
  const isTable = ['r', 'p'].includes(columns[0]?.relkind ?? '');
  if (isTable && TEXT_TYPES.has(types.get('version') ?? '') && known) return;
  const shape = columns.map(({ name, type }) => `${name} ${type}`).join(', ');
  throw new Problem('tracking-layout', `${names.schema}.schema_migrations is not a table of this tool`, {
    found: isTable ? `a table with ${shape}` : `a relation that is no table, with ${shape}`,
    expected: 'version (a text), and checksum, applied_at or success',
    state: 'Nothing was changed.',
    next: [
      'If another tool keeps its history there, choose another schema for this one: "trackingSchema" in the configuration.',
    ],
  });
}

function compare(a: unknown, b: unknown): number {
  const [left, right] = [String(a ?? ''), String(b ?? '')];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A row as JSON; an older table has not all of these, and perhaps others. */
type EntryJson = Readonly<Record<string, unknown>>;

function entryOf(row: EntryJson): LedgerEntry {
  return {
    version: text(row.version) ?? '',
    description: text(row.description),
    checksum: text(row.checksum),
    bodyChecksum: text(row.body_checksum),
    appliedAt: row.applied_at == null ? null : inUtc(String(row.applied_at)),
    appliedBy: text(row.applied_by),
    executionTimeMs: number(row.execution_time_ms),
    success: row.success === true,
    errorMessage: text(row.error_message),
    type: text(row.type) ?? 'migration',
    appliedOrder: number(row.applied_order) ?? 0,
    stepsDone: number(row.steps_done),
    stepsTotal: number(row.steps_total),
    hasRollback: row.has_rollback === true,
    hasBody: row.has_body === true,
  };
}

function text(value: unknown): string | null {
  return value == null ? null : String(value);
}

function number(value: unknown): number | null {
  return value == null ? null : Number(value);
}
