import type { FormRow } from '../row.ts';
import { AX, othersOf, SRX, SUX, takes, tried } from './effect.ts';

const manual = 'sql-altertable';

const OTHERS = { partition: AX, 'default partition': AX, indexes: SUX, 'referenced table': SRX } as const;

/** Tables that refer to the partitioned one are tied to the new partition, too. */
const UNTIL_14 = [{ major: 14, effect: { others: othersOf(OTHERS) } }];

/** Attaching, detaching and dropping partitions. */
export const PARTITIONS = {
  'attach-partition': {
    title: 'ALTER TABLE ... ATTACH PARTITION',
    effect: takes(SUX, { ...OTHERS, 'referencing tables': SRX }, { scan: true }),
    until: UNTIL_14,
    samples: tried(
      "ALTER TABLE halves ATTACH PARTITION stranger FOR VALUES IN ('third')",
      "ALTER TABLE regions ATTACH PARTITION stranger FOR VALUES IN ('third')",
      'ALTER TABLE keyed ATTACH PARTITION keyed_two FOR VALUES IN (3)',
      'ALTER TABLE linked ATTACH PARTITION linked_two FOR VALUES IN (2)',
    ),
    manual,
  },
  'attach-partition-proven': {
    title: 'ALTER TABLE ... ATTACH PARTITION, where valid CHECKs prove every row',
    effect: takes(SUX, { ...OTHERS, 'referencing tables': SRX }),
    until: UNTIL_14,
    samples: tried("ALTER TABLE halves ATTACH PARTITION proven_stranger FOR VALUES IN ('third')"),
    manual,
  },
  'detach-partition': {
    title: 'ALTER TABLE ... DETACH PARTITION',
    effect: takes(AX, {
      partition: AX,
      'default partition': AX,
      'referenced table': SRX,
      'referencing tables': AX,
    }),
    until: [
      {
        major: 13,
        effect: {
          others: othersOf({
            partition: SUX,
            'default partition': AX,
            'referenced table': SRX,
            'referencing tables': AX,
          }),
        },
      },
    ],
    samples: [
      ...tried(
        'ALTER TABLE regions DETACH PARTITION region_one',
        'ALTER TABLE halves DETACH PARTITION first_half',
        'ALTER TABLE linked DETACH PARTITION linked_one',
      ),
      // Up to 13 one that is referenced is locked alone, too.
      { sql: 'ALTER TABLE keyed DETACH PARTITION keyed_none', since: 14 },
    ],
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
    samples: tried('DROP TABLE region_one', 'DROP TABLE first_half', 'DROP TABLE linked_one'),
    manual: 'sql-droptable',
  },
} satisfies Record<string, FormRow>;
