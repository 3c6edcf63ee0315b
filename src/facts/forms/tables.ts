import type { FormRow } from '../row.ts';
import { AS, AX, alters, othersOf, SRX, SUX, takes, tried } from './effect.ts';

const CREATE = 'sql-createtable';
const ALTER = 'sql-altertable';

/** Of the parent: its foreign keys become the partition's, and those that point at it. */
const OF_PARENT = { parent: AX, indexes: SUX, 'referenced table': SRX } as const;

/** Making, renaming, emptying and dropping tables. */
export const TABLES = {
  'create-table': {
    title: 'CREATE TABLE',
    effect: takes(null, { 'tables read': AS }),
    samples: tried('CREATE TABLE made (id int PRIMARY KEY, note text)', 'CREATE TABLE made (LIKE plain INCLUDING ALL)'),
    manual: CREATE,
  },
  'create-table-inherits': {
    title: 'CREATE TABLE ... INHERITS',
    effect: takes(null, { parent: SUX }),
    samples: tried('CREATE TABLE made (extra int) INHERITS (plain)'),
    manual: CREATE,
  },
  'create-table-foreign-key': {
    title: 'CREATE TABLE ... REFERENCES',
    effect: takes(null, { 'referenced table': SRX }),
    samples: tried(
      'CREATE TABLE made (plain_id int REFERENCES plain)',
      'CREATE TABLE made (plain_id int, FOREIGN KEY (plain_id) REFERENCES plain (id))',
    ),
    manual: CREATE,
  },
  'create-table-partition-of': {
    title: 'CREATE TABLE ... PARTITION OF',
    effect: takes(null, { ...OF_PARENT, 'referencing tables': SRX }),
    until: [{ major: 14, effect: { others: othersOf(OF_PARENT) } }],
    samples: tried(
      "CREATE TABLE made PARTITION OF halves FOR VALUES IN ('third')",
      'CREATE TABLE made PARTITION OF keyed FOR VALUES IN (9)',
      'CREATE TABLE made PARTITION OF linked FOR VALUES IN (9)',
    ),
    manual: CREATE,
  },
  'create-table-partition-of-with-default': {
    title: 'CREATE TABLE ... PARTITION OF, beside a default partition',
    effect: takes(null, { ...OF_PARENT, 'default partition': AX, 'referencing tables': SRX }, { scan: true }),
    until: [{ major: 14, effect: { others: othersOf({ ...OF_PARENT, 'default partition': AX }) } }],
    samples: tried("CREATE TABLE made PARTITION OF regions FOR VALUES IN ('third')"),
    manual: CREATE,
  },
  'create-table-as': {
    title: 'CREATE TABLE ... AS, SELECT ... INTO',
    effect: takes(null, { 'tables read': AS }, { scan: true }),
    samples: tried('CREATE TABLE made AS SELECT * FROM plain', 'SELECT * INTO made FROM plain'),
    manual: 'sql-createtableas',
  },
  'create-materialized-view': {
    title: 'CREATE MATERIALIZED VIEW',
    effect: takes(null, { 'tables read': AS }, { scan: true }),
    samples: tried('CREATE MATERIALIZED VIEW made AS SELECT * FROM plain'),
    manual: 'sql-creatematerializedview',
  },
  'rename-table': {
    title: 'ALTER TABLE ... RENAME TO',
    effect: takes(AX),
    samples: tried('ALTER TABLE plain RENAME TO other', 'ALTER VIEW plain_view RENAME TO other'),
    manual: ALTER,
  },
  'rename-column': {
    title: 'ALTER TABLE ... RENAME COLUMN',
    effect: alters(AX),
    samples: tried('ALTER TABLE plain RENAME COLUMN note TO remark', 'ALTER TABLE regions RENAME note TO remark'),
    manual: ALTER,
  },
  'rename-constraint': {
    title: 'ALTER TABLE ... RENAME CONSTRAINT',
    effect: alters(AX),
    samples: tried(
      'ALTER TABLE target RENAME CONSTRAINT target_checked_check TO other',
      'ALTER TABLE regions RENAME CONSTRAINT regions_amount_check TO other',
    ),
    manual: ALTER,
  },
  'set-schema': {
    title: 'ALTER TABLE ... SET SCHEMA',
    effect: takes(AX, { sequence: AX }),
    samples: tried(
      'ALTER TABLE plain SET SCHEMA elsewhere',
      'ALTER TABLE counted SET SCHEMA elsewhere',
      'ALTER VIEW plain_view SET SCHEMA elsewhere',
    ),
    manual: ALTER,
  },
  'owner-to': {
    title: 'ALTER TABLE ... OWNER TO',
    effect: takes(AX, { indexes: AX, sequence: AX }),
    samples: tried(
      'ALTER TABLE plain OWNER TO pg_monitor',
      'ALTER TABLE counted OWNER TO pg_monitor',
      'ALTER TABLE regions OWNER TO pg_monitor',
    ),
    manual: ALTER,
  },
  inherit: {
    title: 'ALTER TABLE ... INHERIT',
    effect: takes(AX, { parent: SUX }),
    samples: tried('ALTER TABLE plain_twin INHERIT plain'),
    manual: ALTER,
  },
  'no-inherit': {
    title: 'ALTER TABLE ... NO INHERIT',
    effect: takes(AX, { parent: AS }),
    samples: tried('ALTER TABLE heir NO INHERIT ancestor'),
    manual: ALTER,
  },
  'alter-unknown': {
    title: 'ALTER of a relation in words that are newer than the grammar',
    effect: takes(AX),
    samples: [],
    manual: ALTER,
  },
  'drop-table': {
    title: 'DROP TABLE',
    effect: takes(AX, { indexes: AX, partitions: AX, children: AX, sequence: AX, 'dependent views': AX }),
    samples: tried(
      'DROP TABLE alone',
      'DROP TABLE regions',
      'DROP TABLE counted',
      'DROP TABLE plain CASCADE',
      'DROP TABLE ancestor CASCADE',
    ),
    manual: 'sql-droptable',
  },
  'drop-table-foreign-key': {
    title: 'DROP TABLE of a table with foreign keys',
    effect: takes(AX, {
      indexes: AX,
      partitions: AX,
      children: AX,
      sequence: AX,
      'dependent views': AX,
      'referenced table': AX,
      'referencing tables': AX,
    }),
    samples: tried('DROP TABLE referencing', 'DROP TABLE referenced CASCADE', 'DROP TABLE target CASCADE'),
    manual: 'sql-droptable',
  },
  'drop-schema': {
    title: 'DROP SCHEMA ... CASCADE',
    effect: takes(null, { 'relations in it': AX }),
    samples: tried('DROP SCHEMA attic CASCADE'),
    manual: 'sql-dropschema',
  },
  truncate: {
    title: 'TRUNCATE',
    effect: alters(AX, { indexes: AX, sequence: AX }, { rewrite: 'table' }),
    samples: tried(
      'TRUNCATE alone',
      'TRUNCATE TABLE regions',
      'TRUNCATE counted RESTART IDENTITY',
      'TRUNCATE counted',
      'TRUNCATE ancestor',
    ),
    manual: 'sql-truncate',
  },
  'truncate-cascade': {
    title: 'TRUNCATE ... CASCADE',
    effect: alters(AX, { indexes: AX, sequence: AX, 'referencing tables': AX }, { rewrite: 'table' }),
    samples: tried('TRUNCATE TABLE target CASCADE', 'TRUNCATE TABLE first CASCADE'),
    manual: 'sql-truncate',
  },
  'lock-table': {
    title: 'LOCK TABLE (in the mode that it names), also of a view with what it reads',
    effect: alters(AX, { 'tables read': AX }),
    samples: tried(
      'LOCK TABLE plain',
      'LOCK TABLE plain IN ACCESS EXCLUSIVE MODE',
      'LOCK regions',
      'LOCK TABLE plain_view',
    ),
    manual: 'sql-lock',
  },
} satisfies Record<string, FormRow>;
