import type { FormRow } from '../row.ts';
import { AX, S, SRX, takes, tried } from './effect.ts';

const ALTER_TYPE = 'sql-altertype';
const ALTER_DOMAIN = 'sql-alterdomain';

/** Enum types, domains and sequences. */
export const TYPES = {
  'add-enum-value': {
    title: 'ALTER TYPE ... ADD VALUE',
    effect: takes(null),
    samples: tried("ALTER TYPE mood ADD VALUE 'new'"),
    manual: ALTER_TYPE,
  },
  'rename-enum-value': {
    title: 'ALTER TYPE ... RENAME VALUE',
    effect: takes(null),
    samples: tried("ALTER TYPE mood RENAME VALUE 'glad' TO 'happy'"),
    manual: ALTER_TYPE,
  },
  'alter-domain-add-check': {
    title: 'ALTER DOMAIN ... ADD CONSTRAINT ... CHECK',
    effect: takes(null, { 'tables using it': S }, { scan: true }),
    samples: tried('ALTER DOMAIN score ADD CONSTRAINT c CHECK (VALUE < 1000)'),
    manual: ALTER_DOMAIN,
  },
  'alter-domain-add-check-not-valid': {
    title: 'ALTER DOMAIN ... ADD CONSTRAINT ... CHECK ... NOT VALID',
    effect: takes(null),
    samples: tried('ALTER DOMAIN score ADD CONSTRAINT c CHECK (VALUE < 1000) NOT VALID'),
    manual: ALTER_DOMAIN,
  },
  'alter-domain-validate': {
    title: 'ALTER DOMAIN ... VALIDATE CONSTRAINT',
    effect: takes(null, { 'tables using it': S }, { scan: true }),
    samples: tried('ALTER DOMAIN score VALIDATE CONSTRAINT score_loose'),
    manual: ALTER_DOMAIN,
  },
  'alter-domain-set-not-null': {
    title: 'ALTER DOMAIN ... SET NOT NULL',
    effect: takes(null, { 'tables using it': S }, { scan: true }),
    samples: tried('ALTER DOMAIN score SET NOT NULL'),
    manual: ALTER_DOMAIN,
  },
  'create-sequence': {
    title: 'CREATE SEQUENCE',
    effect: takes(null),
    samples: tried('CREATE SEQUENCE made'),
    manual: 'sql-createsequence',
  },
  'alter-sequence': {
    title: 'ALTER SEQUENCE',
    effect: takes(SRX),
    samples: tried('ALTER SEQUENCE counter INCREMENT 2'),
    manual: 'sql-altersequence',
  },
  'drop-sequence': {
    title: 'DROP SEQUENCE',
    effect: takes(AX, { 'tables using it': AX }),
    samples: tried('DROP SEQUENCE counted_n_seq CASCADE', 'DROP SEQUENCE lonely'),
    manual: 'sql-dropsequence',
  },
  'drop-type': {
    title: 'DROP TYPE, DROP DOMAIN ... CASCADE',
    effect: takes(null, { 'tables using it': AX }),
    samples: tried('DROP DOMAIN dropped CASCADE'),
    manual: 'sql-droptype',
  },
} satisfies Record<string, FormRow>;
