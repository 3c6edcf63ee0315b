import type { FormRow } from '../row.ts';
import { AX, alters, SRX, tried } from './effect.ts';

const manual = 'sql-altertable';

/** The sequence is that of an identity column. */
const PEERS = { 'referenced table': AX, 'referencing tables': AX, sequence: SRX } as const;

/** ALTER COLUMN ... TYPE: what it costs hangs on the old type, the new one, and what else uses the column. */
export const COLUMN_TYPES = {
  'alter-column-type-kept': {
    title: 'ALTER COLUMN ... TYPE where the stored values stay (varchar(50) to text)',
    effect: alters(AX, { ...PEERS, indexes: AX }),
    samples: [
      ...tried(
        'ALTER TABLE target ALTER COLUMN name TYPE varchar(100)',
        'ALTER TABLE target ALTER name TYPE text',
        'ALTER TABLE target ALTER note TYPE varchar',
        'ALTER TABLE target ALTER price TYPE numeric(12, 2)',
        'ALTER TABLE target ALTER price TYPE numeric',
        'ALTER TABLE target ALTER happened_short TYPE timestamp',
        'ALTER TABLE target ALTER happened_short TYPE timestamp(6)',
        'ALTER TABLE target ALTER took TYPE interval',
        'ALTER TABLE target ALTER took TYPE interval(6)',
        'ALTER TABLE target ALTER bits TYPE varbit',
        'ALTER TABLE target ALTER amount TYPE oid',
        'ALTER TABLE target ALTER tags TYPE varchar[]',
        'ALTER TABLE target ALTER flags TYPE varbit(16)',
        'ALTER TABLE target ALTER network TYPE inet',
        'ALTER TABLE target ALTER referenced_code TYPE text',
        'ALTER TABLE referenced ALTER code TYPE varchar(100)',
        'ALTER TABLE target ALTER note TYPE text COLLATE "C"',
        'ALTER TABLE target ALTER amount TYPE any_number',
        'ALTER TABLE target ALTER name TYPE varchar(100) USING name::varchar(100)',
      ),
      { given: 'CREATE EXTENSION citext', sql: 'ALTER TABLE target ALTER note TYPE citext' },
    ],
    manual,
  },
  'alter-column-type-checked': {
    title: 'The same, where a CHECK uses the column: it is verified again',
    effect: alters(AX, { ...PEERS, indexes: AX }, { scan: true }),
    samples: tried('ALTER TABLE target ALTER COLUMN checked_name TYPE varchar(100)'),
    manual,
  },
  'alter-column-type-reindexed': {
    title:
      'The same where an index uses the column in an expression or predicate, or with another collation or operators',
    effect: alters(AX, { ...PEERS, indexes: AX }, { rewrite: 'indexes', scan: true }),
    samples: [
      ...tried(
        'ALTER TABLE target ALTER COLUMN name TYPE varchar(50) COLLATE "C"',
        'ALTER TABLE target ALTER COLUMN label TYPE varchar(100)',
        'ALTER TABLE target ALTER COLUMN marked TYPE varchar(100)',
      ),
      { given: 'CREATE EXTENSION citext', sql: 'ALTER TABLE target ALTER name TYPE citext' },
    ],
    manual,
  },
  'alter-column-type-rewrite': {
    title: 'ALTER COLUMN ... TYPE where every value changes (int to bigint)',
    effect: alters(AX, { ...PEERS, indexes: AX }, { rewrite: 'table', scan: true }),
    samples: tried(
      'ALTER TABLE target ALTER COLUMN amount TYPE bigint',
      'ALTER TABLE target ALTER id TYPE bigint',
      'ALTER TABLE target ALTER numbered TYPE bigint',
      'ALTER TABLE counted ALTER n TYPE bigint',
      'ALTER TABLE regions ALTER amount TYPE bigint',
      'ALTER TABLE ancestor ALTER id TYPE bigint',
      'ALTER TABLE target ALTER big TYPE int',
      'ALTER TABLE target ALTER name TYPE varchar(20)',
      'ALTER TABLE target ALTER note TYPE varchar(20)',
      'ALTER TABLE target ALTER fixed TYPE char(20)',
      'ALTER TABLE target ALTER fixed TYPE text',
      'ALTER TABLE target ALTER price TYPE numeric(12, 4)',
      'ALTER TABLE target ALTER data TYPE jsonb',
      'ALTER TABLE target ALTER mood TYPE text',
      'ALTER TABLE target ALTER flags TYPE varbit(4)',
      'ALTER TABLE target ALTER took TYPE interval(2)',
      'ALTER TABLE target ALTER tags TYPE varchar(100)[]',
      'ALTER TABLE target ALTER happened TYPE timestamp(3)',
      'ALTER TABLE target ALTER happened TYPE date',
      'ALTER TABLE target ALTER amount TYPE positive',
      "ALTER TABLE target ALTER note TYPE text USING note || ''",
      'ALTER TABLE target ALTER words TYPE varchar[]',
    ),
    manual,
  },
  'alter-column-type-time-zone': {
    title: 'ALTER COLUMN ... TYPE between timestamp and timestamptz (no rewrite where TimeZone is UTC)',
    effect: alters(AX, { ...PEERS, indexes: AX }, { rewrite: 'table', scan: true }),
    samples: [
      { given: "SET TimeZone = 'Europe/Vienna'", sql: 'ALTER TABLE target ALTER happened TYPE timestamptz' },
      { given: "SET TimeZone = 'Europe/Vienna'", sql: 'ALTER TABLE target ALTER happened_tz TYPE timestamp' },
    ],
    manual,
  },
  'alter-column-type-unknown': {
    title: 'ALTER COLUMN ... TYPE of a column whose type is not known',
    effect: alters(AX, { ...PEERS, indexes: AX }, { rewrite: 'table', scan: true }),
    samples: [],
    manual,
  },
} satisfies Record<string, FormRow>;
