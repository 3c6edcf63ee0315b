import type { FormRow } from '../row.ts';
import { AX, alters, othersOf, SUX, takes, tried } from './effect.ts';

const manual = 'sql-altertable';

const REWRITE = { rewrite: 'table', scan: true } as const;

/** Where and how a table is kept, and what else ALTER TABLE sets. */
export const STORAGE = {
  'set-logged': {
    title: 'ALTER TABLE ... SET LOGGED',
    effect: takes(AX, { indexes: AX, sequence: AX }, REWRITE),
    until: [{ major: 14, effect: { others: othersOf({ indexes: AX }) } }],
    samples: tried('ALTER TABLE unlogged SET LOGGED', 'ALTER TABLE unlogged_counted SET LOGGED'),
    manual,
  },
  'set-unlogged': {
    title: 'ALTER TABLE ... SET UNLOGGED',
    effect: takes(AX, { indexes: AX, sequence: AX }, REWRITE),
    until: [{ major: 14, effect: { others: othersOf({ indexes: AX }) } }],
    samples: tried('ALTER TABLE alone SET UNLOGGED', 'ALTER TABLE counted SET UNLOGGED'),
    manual,
  },
  'set-tablespace': {
    title: 'ALTER TABLE ... SET TABLESPACE',
    effect: takes(AX, {}, { rewrite: 'table' }),
    samples: tried('ALTER TABLE alone SET TABLESPACE facts_space'),
    manual,
  },
  'set-access-method': {
    title: 'ALTER TABLE ... SET ACCESS METHOD',
    effect: takes(AX, { indexes: AX }, REWRITE),
    since: 15,
    samples: tried('ALTER TABLE alone SET ACCESS METHOD other_heap'),
    manual,
  },
  'set-storage': {
    title: 'ALTER TABLE ... ALTER COLUMN ... SET STORAGE',
    effect: alters(AX),
    samples: tried('ALTER TABLE target ALTER COLUMN note SET STORAGE EXTERNAL'),
    manual,
  },
  'set-compression': {
    title: 'ALTER TABLE ... ALTER COLUMN ... SET COMPRESSION',
    effect: alters(AX),
    since: 14,
    samples: tried('ALTER TABLE target ALTER COLUMN note SET COMPRESSION pglz'),
    manual,
  },
  'replica-identity': {
    title: 'ALTER TABLE ... REPLICA IDENTITY',
    effect: takes(AX),
    samples: tried('ALTER TABLE target REPLICA IDENTITY FULL'),
    manual,
  },
  'row-security': {
    title: 'ALTER TABLE ... ENABLE, DISABLE, FORCE ROW LEVEL SECURITY',
    effect: takes(AX),
    samples: tried('ALTER TABLE target ENABLE ROW LEVEL SECURITY', 'ALTER TABLE target NO FORCE ROW LEVEL SECURITY'),
    manual,
  },
  'set-statistics': {
    title: 'ALTER TABLE ... ALTER COLUMN ... SET STATISTICS',
    effect: alters(SUX),
    samples: tried(
      'ALTER TABLE target ALTER COLUMN note SET STATISTICS 500',
      'ALTER TABLE regions ALTER COLUMN note SET STATISTICS 500',
      'ALTER TABLE ancestor ALTER COLUMN note SET STATISTICS 500',
    ),
    manual,
  },
  'set-column-options': {
    title: 'ALTER TABLE ... ALTER COLUMN ... SET (n_distinct)',
    effect: takes(SUX),
    samples: tried(
      'ALTER TABLE target ALTER COLUMN note SET (n_distinct = 5)',
      'ALTER TABLE ancestor ALTER COLUMN note RESET (n_distinct)',
    ),
    manual,
  },
  'set-options': {
    title: 'ALTER TABLE ... SET (storage parameter)',
    effect: takes(SUX),
    samples: tried(
      'ALTER TABLE target SET (fillfactor = 70)',
      'ALTER TABLE target SET (autovacuum_enabled = true)',
      'ALTER TABLE target SET (toast.autovacuum_enabled = true, parallel_workers = 2)',
      'ALTER MATERIALIZED VIEW stored SET (fillfactor = 70)',
      'ALTER TABLE target RESET (fillfactor)',
    ),
    manual,
  },
  'set-view-options': {
    title: 'ALTER VIEW ... SET (security_barrier, check_option)',
    effect: takes(AX),
    samples: tried('ALTER VIEW plain_view SET (security_barrier = true)'),
    manual: 'sql-alterview',
  },
  'cluster-on': {
    title: 'ALTER TABLE ... CLUSTER ON, SET WITHOUT CLUSTER',
    effect: takes(SUX, { indexes: SUX }),
    samples: tried('ALTER TABLE target CLUSTER ON target_name_idx', 'ALTER TABLE target SET WITHOUT CLUSTER'),
    manual,
  },
  'create-statistics': {
    title: 'CREATE STATISTICS',
    effect: takes(SUX),
    samples: tried('CREATE STATISTICS made ON amount, big FROM target'),
    manual: 'sql-createstatistics',
  },
  'drop-statistics': {
    title: 'DROP STATISTICS',
    effect: takes(null, { 'tables using it': SUX }),
    samples: tried('DROP STATISTICS target_statistics'),
    manual: 'sql-dropstatistics',
  },
} satisfies Record<string, FormRow>;
