import type { FormRow } from '../row.ts';
import { AX, othersOf, SUX, takes, tried } from './effect.ts';

const manual = 'sql-altertable';

/** Attaching, detaching and dropping partitions. */
export const PARTITIONS = {
  'attach-partition': {
    title: 'ALTER TABLE ... ATTACH PARTITION',
    effect: takes(SUX, { partition: AX, 'default partition': AX }, { scan: true }),
    samples: tried(
      "ALTER TABLE halves ATTACH PARTITION stranger FOR VALUES IN ('third')",
      "ALTER TABLE regions ATTACH PARTITION stranger FOR VALUES IN ('third')",
    ),
    manual,
  },
  'attach-partition-proven': {
    title: 'ALTER TABLE ... ATTACH PARTITION, where valid CHECKs prove every row',
    effect: takes(SUX, { partition: AX, 'default partition': AX }),
    samples: tried("ALTER TABLE halves ATTACH PARTITION proven_stranger FOR VALUES IN ('third')"),
    manual,
  },
  'detach-partition': {
    title: 'ALTER TABLE ... DETACH PARTITION',
    effect: takes(AX, { partition: AX, 'default partition': AX }),
    until: [{ major: 13, effect: { others: othersOf({ partition: SUX, 'default partition': AX }) } }],
    samples: tried('ALTER TABLE regions DETACH PARTITION region_one', 'ALTER TABLE halves DETACH PARTITION first_half'),
    manual,
  },
  'detach-partition-concurrently': {
    title: 'ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY',
    effect: takes(SUX, { partition: AX }, { transactional: false }),
    since: 14,
    samples: tried('ALTER TABLE halves DETACH PARTITION first_half CONCURRENTLY'),
    manual,
  },
  'detach-partition-finalize': {
    title: 'ALTER TABLE ... DETACH PARTITION ... FINALIZE',
    effect: takes(SUX, { partition: AX }),
    since: 14,
    samples: [],
    manual,
  },
  'drop-partition': {
    title: 'DROP TABLE of a partition',
    effect: takes(AX, { indexes: AX, parent: AX, 'default partition': AX }),
    samples: tried('DROP TABLE region_one', 'DROP TABLE first_half'),
    manual: 'sql-droptable',
  },
} satisfies Record<string, FormRow>;
