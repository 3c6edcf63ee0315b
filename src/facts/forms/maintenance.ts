import type { FormRow } from '../row.ts';
import { AX, alters, othersOf, RX, SUX, takes, tried } from './effect.ts';

const REWRITE = { rewrite: 'table', scan: true } as const;

/** VACUUM, ANALYZE, CLUSTER. */
export const MAINTENANCE = {
  vacuum: {
    title: 'VACUUM',
    effect: takes(SUX, { indexes: RX }, { scan: true, transactional: false }),
    samples: tried('VACUUM target'),
    manual: 'sql-vacuum',
  },
  'vacuum-full': {
    title: 'VACUUM FULL',
    effect: takes(AX, { indexes: AX }, { ...REWRITE, transactional: false }),
    samples: tried('VACUUM FULL target'),
    manual: 'sql-vacuum',
  },
  analyze: {
    title: 'ANALYZE',
    effect: alters(SUX),
    until: [{ major: 17, effect: { others: othersOf({ partitions: SUX }) } }],
    samples: tried('ANALYZE target', 'ANALYZE regions', 'ANALYZE ancestor'),
    manual: 'sql-analyze',
  },
  cluster: {
    title: 'CLUSTER a table',
    effect: takes(AX, { indexes: AX }, REWRITE),
    samples: tried('CLUSTER target USING target_name_idx'),
    manual: 'sql-cluster',
  },
  'cluster-all': {
    title: 'CLUSTER without a table',
    effect: takes(null, { 'tables using it': AX }, { ...REWRITE, transactional: false }),
    samples: [{ given: 'CLUSTER target USING target_name_idx', sql: 'CLUSTER' }],
    manual: 'sql-cluster',
  },
  repack: {
    title: 'REPACK',
    effect: takes(AX, { indexes: AX }, REWRITE),
    since: 19,
    samples: [],
    manual: 'sql-repack',
  },
  'repack-concurrently': {
    title: 'REPACK (CONCURRENTLY)',
    effect: takes(SUX, {}, { ...REWRITE, transactional: false }),
    since: 19,
    samples: [],
    manual: 'sql-repack',
  },
} satisfies Record<string, FormRow>;
