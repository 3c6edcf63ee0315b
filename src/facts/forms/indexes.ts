import type { FormRow } from '../row.ts';
import { AS, AX, S, SUX, takes, tried } from './effect.ts';

const REINDEX = 'sql-reindex';
const ALTER = 'sql-alterindex';

const BUILT = { rewrite: 'indexes', scan: true } as const;

/** Making, renaming, rebuilding and dropping indexes. */
export const INDEXES = {
  'create-index': {
    title: 'CREATE INDEX',
    effect: takes(S, {}, { scan: true }),
    samples: tried(
      'CREATE INDEX made ON target (amount)',
      'CREATE UNIQUE INDEX made ON target (amount)',
      'CREATE INDEX made ON stored (id)',
    ),
    manual: 'sql-createindex',
  },
  'create-index-only': {
    title: 'CREATE INDEX ... ON ONLY a partitioned table',
    effect: takes(S),
    samples: tried('CREATE INDEX made ON ONLY regions (amount)'),
    manual: 'sql-createindex',
  },
  'create-index-partitioned': {
    title: 'CREATE INDEX on a partitioned table',
    effect: takes(S, { partitions: S }, { scan: true }),
    samples: tried('CREATE INDEX made ON regions (amount)'),
    manual: 'sql-createindex',
  },
  'create-index-concurrently': {
    title: 'CREATE INDEX CONCURRENTLY',
    effect: takes(SUX, {}, { scan: true, transactional: false }),
    samples: tried('CREATE INDEX CONCURRENTLY made ON target (amount)'),
    manual: 'sql-createindex',
  },
  'rename-index': {
    title: 'ALTER INDEX ... RENAME TO',
    effect: takes(SUX),
    samples: tried('ALTER INDEX target_name_idx RENAME TO other'),
    manual: ALTER,
  },
  'attach-index-partition': {
    title: 'ALTER INDEX ... ATTACH PARTITION',
    effect: takes(SUX, { partition: AX, 'table of the index': AS }),
    samples: tried('ALTER INDEX indexed_only_idx ATTACH PARTITION indexed_one_idx'),
    manual: ALTER,
  },
  'alter-index': {
    title: 'ALTER INDEX ... SET (storage parameter), SET STATISTICS',
    effect: takes(SUX),
    samples: tried(
      'ALTER INDEX target_name_idx SET (fillfactor = 70)',
      'ALTER INDEX target_name_idx RESET (fillfactor)',
      'ALTER INDEX target_label_idx ALTER COLUMN 1 SET STATISTICS 100',
    ),
    manual: ALTER,
  },
  'index-set-tablespace': {
    title: 'ALTER INDEX ... SET TABLESPACE',
    effect: takes(AX, {}, { rewrite: 'indexes' }),
    samples: tried('ALTER INDEX target_name_idx SET TABLESPACE facts_space'),
    manual: ALTER,
  },
  'drop-index': {
    title: 'DROP INDEX',
    effect: takes(AX, { 'table of the index': AX }),
    samples: tried('DROP INDEX target_name_idx', 'DROP INDEX keyed_id_idx'),
    manual: 'sql-dropindex',
  },
  'drop-index-concurrently': {
    title: 'DROP INDEX CONCURRENTLY',
    effect: takes(SUX, { 'table of the index': SUX }, { transactional: false }),
    samples: tried('DROP INDEX CONCURRENTLY target_name_idx'),
    manual: 'sql-dropindex',
  },
  'reindex-index': {
    title: 'REINDEX INDEX',
    effect: takes(AX, { 'table of the index': S }, BUILT),
    samples: tried('REINDEX INDEX target_name_idx'),
    manual: REINDEX,
  },
  'reindex-partitioned': {
    title: 'REINDEX TABLE of a partitioned table (each partition in a transaction of its own)',
    effect: takes(S, { partitions: S }, { ...BUILT, transactional: false }),
    since: 14,
    samples: tried('REINDEX TABLE keyed'),
    manual: REINDEX,
  },
  'reindex-partitioned-index': {
    title: 'REINDEX INDEX of a partitioned table (then SHARE on each partition, in a transaction of its own)',
    effect: takes(AX, { 'table of the index': S }, { ...BUILT, transactional: false }),
    since: 14,
    samples: tried('REINDEX INDEX keyed_id_idx'),
    manual: REINDEX,
  },
  'reindex-table': {
    title: 'REINDEX TABLE',
    effect: takes(S, { indexes: AX }, BUILT),
    samples: tried('REINDEX TABLE target'),
    manual: REINDEX,
  },
  'reindex-concurrently': {
    title: 'REINDEX ... CONCURRENTLY',
    effect: takes(SUX, { indexes: SUX, 'table of the index': SUX }, { ...BUILT, transactional: false }),
    samples: tried('REINDEX TABLE CONCURRENTLY target', 'REINDEX INDEX CONCURRENTLY target_name_idx'),
    manual: REINDEX,
  },
  'reindex-all': {
    title: 'REINDEX SCHEMA, DATABASE, SYSTEM',
    effect: takes(null, { 'tables using it': S, indexes: AX }, { ...BUILT, transactional: false }),
    samples: tried('REINDEX SCHEMA public'),
    manual: REINDEX,
  },
} satisfies Record<string, FormRow>;
