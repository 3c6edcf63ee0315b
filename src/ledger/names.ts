import { quoteIdentifier } from '../sql/quote.ts';

/** The tool's own tables, schema-qualified and quoted: no statement of ours depends on a search_path. */
export interface LedgerNames {
  readonly schema: string;
  readonly migrations: string;
  readonly events: string;
  readonly settings: string;
  readonly runner: string;
  readonly dataMigrations: string;
  readonly dataRanges: string;
  readonly dataBatches: string;
}

export function ledgerNames(trackingSchema: string): LedgerNames {
  const schema = quoteIdentifier(trackingSchema);
  return {
    schema: trackingSchema,
    migrations: `${schema}.schema_migrations`,
    events: `${schema}.schema_migration_events`,
    settings: `${schema}.schema_migration_settings`,
    runner: `${schema}.schema_migration_runner`,
    dataMigrations: `${schema}.schema_data_migrations`,
    dataRanges: `${schema}.schema_data_ranges`,
    dataBatches: `${schema}.schema_data_batches`,
  };
}

/** The newest layout of the tracking tables that this version of the tool knows. */
export const LAYOUT_NEWEST = 4;

/** The layout from which on there are tables of runs of data migrations. */
export const LAYOUT_OF_DATA = 3;

/** First half of the key of the runners' advisory lock: the letters "tfdb". The second is the tracking schema's hash. */
export const RUNNER_LOCK_CLASS = 1952867426;
