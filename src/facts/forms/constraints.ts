import type { FormRow } from '../row.ts';
import { AX, alters, othersOf, RS, S, SRX, SUX, takes, tried } from './effect.ts';

const manual = 'sql-altertable';

const KEYS_UNTIL_17 = [{ major: 17, effect: { others: othersOf({ partitions: SRX, 'referenced table': SRX }) } }];

/** Adding, validating and dropping constraints. */
export const CONSTRAINTS = {
  'add-check': {
    title: 'ALTER TABLE ... ADD CONSTRAINT ... CHECK',
    effect: alters(AX, {}, { scan: true }),
    samples: tried(
      'ALTER TABLE target ADD CONSTRAINT c CHECK (amount > -1)',
      'ALTER TABLE regions ADD CHECK (amount > -1)',
    ),
    manual,
  },
  'add-check-not-valid': {
    title: 'ALTER TABLE ... ADD CONSTRAINT ... CHECK ... NOT VALID',
    effect: alters(AX),
    samples: [
      { sql: 'ALTER TABLE target ADD CONSTRAINT c CHECK (amount > -1) NOT VALID' },
      { sql: 'ALTER TABLE target ADD CONSTRAINT c CHECK (amount > -1) NOT ENFORCED', since: 18 },
    ],
    manual,
  },
  'validate-check': {
    title: 'ALTER TABLE ... VALIDATE CONSTRAINT of a CHECK',
    effect: alters(SUX, {}, { scan: true }),
    samples: tried(
      'ALTER TABLE target VALIDATE CONSTRAINT target_loose_check',
      'ALTER TABLE regions VALIDATE CONSTRAINT regions_loose_check',
    ),
    manual,
  },
  'add-not-null-not-valid': {
    title: 'ALTER TABLE ... ADD CONSTRAINT ... NOT NULL ... NOT VALID',
    effect: alters(AX),
    since: 18,
    samples: tried('ALTER TABLE target ADD CONSTRAINT c NOT NULL note NOT VALID'),
    manual,
  },
  'validate-not-null': {
    title: 'ALTER TABLE ... VALIDATE CONSTRAINT of a NOT NULL',
    effect: alters(SUX, {}, { scan: true }),
    since: 18,
    samples: tried('ALTER TABLE target VALIDATE CONSTRAINT target_loose_not_null'),
    manual,
  },
  'add-foreign-key': {
    title: 'ALTER TABLE ... ADD CONSTRAINT ... FOREIGN KEY',
    effect: alters(SRX, { 'referenced table': SRX }, { scan: true }),
    until: KEYS_UNTIL_17,
    samples: tried(
      'ALTER TABLE target ADD CONSTRAINT c FOREIGN KEY (amount) REFERENCES referenced (id)',
      'ALTER TABLE regions ADD FOREIGN KEY (amount) REFERENCES referenced (id)',
      'ALTER TABLE target ADD FOREIGN KEY (amount) REFERENCES keyed (id)',
      'ALTER TABLE ancestor ADD FOREIGN KEY (id) REFERENCES first',
    ),
    manual,
  },
  // Those of the partitions become parts of the new one: nothing is checked, but their triggers on the referenced table go.
  'add-foreign-key-over-partitions': {
    title: 'ALTER TABLE ... ADD CONSTRAINT ... FOREIGN KEY, where every partition has it already',
    effect: alters(SRX, { 'referenced table': AX }),
    samples: tried('ALTER TABLE tied ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES first (id)'),
    manual,
  },
  'add-foreign-key-not-valid': {
    title: 'ALTER TABLE ... ADD CONSTRAINT ... FOREIGN KEY ... NOT VALID',
    effect: alters(SRX, { 'referenced table': SRX }),
    until: KEYS_UNTIL_17,
    samples: [
      { sql: 'ALTER TABLE ancestor ADD FOREIGN KEY (id) REFERENCES first NOT VALID' },
      { sql: 'ALTER TABLE target ADD CONSTRAINT c FOREIGN KEY (amount) REFERENCES referenced (id) NOT VALID' },
      { sql: 'ALTER TABLE regions ADD FOREIGN KEY (amount) REFERENCES referenced (id) NOT VALID', since: 18 },
      {
        sql: 'ALTER TABLE target ADD CONSTRAINT c FOREIGN KEY (amount) REFERENCES referenced (id) NOT ENFORCED',
        since: 18,
      },
    ],
    manual,
  },
  'validate-foreign-key': {
    title: 'ALTER TABLE ... VALIDATE CONSTRAINT of a foreign key',
    effect: alters(SUX, { 'referenced table': RS }, { scan: true }),
    samples: tried('ALTER TABLE target VALIDATE CONSTRAINT target_loose_fkey'),
    manual,
  },
  'validate-constraint': {
    title: 'ALTER TABLE ... VALIDATE CONSTRAINT of a kind that is not known',
    effect: alters(SUX, { 'referenced table': RS }, { scan: true }),
    samples: [],
    manual,
  },
  'alter-constraint': {
    title: 'ALTER TABLE ... ALTER CONSTRAINT ... DEFERRABLE',
    effect: alters(AX),
    samples: tried('ALTER TABLE target ALTER CONSTRAINT target_referenced_fkey DEFERRABLE'),
    manual,
  },
  'alter-constraint-enforced': {
    title: 'ALTER TABLE ... ALTER CONSTRAINT ... ENFORCED',
    effect: alters(AX, { 'referenced table': SRX }, { scan: true }),
    since: 18,
    samples: tried('ALTER TABLE target ALTER CONSTRAINT target_waived_fkey ENFORCED'),
    manual,
  },
  'add-unique': {
    title: 'ALTER TABLE ... ADD CONSTRAINT ... UNIQUE',
    effect: alters(AX, {}, { scan: true }),
    until: [{ major: 17, effect: { others: othersOf({ partitions: S }) } }],
    samples: tried(
      'ALTER TABLE target ADD CONSTRAINT c UNIQUE (amount)',
      'ALTER TABLE ancestor ADD UNIQUE (id)',
      'ALTER TABLE regions ADD UNIQUE (region, amount)',
    ),
    manual,
  },
  'add-primary-key': {
    title: 'ALTER TABLE ... ADD PRIMARY KEY',
    effect: alters(AX, {}, { scan: true }),
    until: [{ major: 17, effect: { others: othersOf({ partitions: S, children: AX }) } }],
    samples: tried(
      'ALTER TABLE keyless ADD PRIMARY KEY (code)',
      'ALTER TABLE ancestor ADD PRIMARY KEY (id)',
      'ALTER TABLE regions ADD PRIMARY KEY (region, id)',
    ),
    manual,
  },
  'add-unique-using-index': {
    title: 'ALTER TABLE ... ADD CONSTRAINT ... UNIQUE USING INDEX',
    effect: takes(AX, { indexes: SUX }),
    samples: tried('ALTER TABLE target ADD CONSTRAINT c UNIQUE USING INDEX target_solo_idx'),
    manual,
  },
  'add-primary-key-using-index': {
    title: 'ALTER TABLE ... ADD CONSTRAINT ... PRIMARY KEY USING INDEX',
    effect: takes(AX, { indexes: SUX }),
    samples: tried('ALTER TABLE keyless ADD CONSTRAINT c PRIMARY KEY USING INDEX keyless_code_idx'),
    manual,
  },
  'add-primary-key-using-index-nullable': {
    title: 'The same, where a column may be NULL: every row is looked at',
    effect: takes(AX, { indexes: SUX }, { scan: true }),
    samples: tried('ALTER TABLE keyless ADD CONSTRAINT c PRIMARY KEY USING INDEX keyless_other_idx'),
    manual,
  },
  'add-exclude': {
    title: 'ALTER TABLE ... ADD CONSTRAINT ... EXCLUDE',
    effect: alters(AX, {}, { scan: true }),
    until: [{ major: 17, effect: { others: [] } }],
    samples: tried(
      'ALTER TABLE target ADD CONSTRAINT c EXCLUDE USING btree (amount WITH =)',
      'ALTER TABLE ancestor ADD EXCLUDE USING btree (id WITH =)',
    ),
    manual,
  },
  'drop-constraint': {
    title: 'ALTER TABLE ... DROP CONSTRAINT',
    effect: alters(AX, { indexes: AX }),
    samples: tried(
      'ALTER TABLE target DROP CONSTRAINT target_checked_check',
      'ALTER TABLE alone DROP CONSTRAINT alone_pkey',
      'ALTER TABLE regions DROP CONSTRAINT regions_amount_check',
    ),
    manual,
  },
  'drop-foreign-key': {
    title: 'ALTER TABLE ... DROP CONSTRAINT of a foreign key',
    effect: alters(AX, { 'referenced table': AX }),
    samples: tried(
      'ALTER TABLE target DROP CONSTRAINT target_referenced_fkey',
      'ALTER TABLE keyholder DROP CONSTRAINT keyholder_fkey',
    ),
    manual,
  },
  'drop-primary-key-cascade': {
    title: 'ALTER TABLE ... DROP CONSTRAINT ... CASCADE of a key that is referenced',
    effect: alters(AX, { indexes: AX, 'referencing tables': AX }),
    samples: tried('ALTER TABLE target DROP CONSTRAINT target_pkey CASCADE'),
    manual,
  },
} satisfies Record<string, FormRow>;
