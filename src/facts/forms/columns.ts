import type { FormRow } from '../row.ts';
import { AX, alters, SRX, tried } from './effect.ts';

const manual = 'sql-altertable';

const REWRITE = { rewrite: 'table', scan: true } as const;

/** Adding, changing and dropping columns, other than their types. */
export const COLUMNS = {
  'add-column': {
    title: 'ALTER TABLE ... ADD COLUMN',
    effect: alters(AX),
    samples: tried(
      'ALTER TABLE target ADD COLUMN c int',
      'ALTER TABLE regions ADD c text',
      'ALTER TABLE ancestor ADD c text',
      'ALTER TABLE target ADD COLUMN c any_number',
      'ALTER TABLE target ADD COLUMN IF NOT EXISTS note text',
    ),
    manual,
  },
  'add-column-constant-default': {
    title: 'ALTER TABLE ... ADD COLUMN ... DEFAULT constant, now()',
    effect: alters(AX),
    samples: tried(
      "ALTER TABLE target ADD COLUMN c text NOT NULL DEFAULT 'x'",
      'ALTER TABLE target ADD COLUMN c timestamptz DEFAULT now()',
      'ALTER TABLE target ADD COLUMN c timestamptz DEFAULT CURRENT_TIMESTAMP',
      'ALTER TABLE regions ADD COLUMN c int DEFAULT 1',
    ),
    manual,
  },
  'add-column-volatile-default': {
    title: 'ALTER TABLE ... ADD COLUMN ... DEFAULT volatile()',
    effect: alters(AX, { indexes: AX }, REWRITE),
    samples: tried(
      'ALTER TABLE target ADD COLUMN c float DEFAULT random()',
      'ALTER TABLE target ADD COLUMN c timestamptz DEFAULT clock_timestamp()',
      'ALTER TABLE target ADD COLUMN c float DEFAULT volatile_one()',
    ),
    manual,
  },
  'add-column-generated-stored': {
    title: 'ALTER TABLE ... ADD COLUMN ... GENERATED ALWAYS AS (...) STORED',
    effect: alters(AX, { indexes: AX }, REWRITE),
    samples: tried('ALTER TABLE target ADD COLUMN c int GENERATED ALWAYS AS (id * 2) STORED'),
    manual,
  },
  'add-column-generated-virtual': {
    title: 'ALTER TABLE ... ADD COLUMN ... GENERATED ALWAYS AS (...) VIRTUAL',
    effect: alters(AX),
    since: 18,
    samples: tried('ALTER TABLE target ADD COLUMN c int GENERATED ALWAYS AS (id * 2) VIRTUAL'),
    manual,
  },
  'add-column-identity': {
    title: 'ALTER TABLE ... ADD COLUMN ... GENERATED AS IDENTITY',
    effect: alters(AX, { indexes: AX }, REWRITE),
    samples: tried('ALTER TABLE target ADD COLUMN c bigint GENERATED ALWAYS AS IDENTITY'),
    manual,
  },
  'add-column-serial': {
    title: 'ALTER TABLE ... ADD COLUMN ... serial',
    effect: alters(AX, { indexes: AX }, REWRITE),
    samples: tried('ALTER TABLE target ADD COLUMN c serial', 'ALTER TABLE target ADD COLUMN c bigserial'),
    manual,
  },
  'add-column-domain-with-check': {
    title: 'ALTER TABLE ... ADD COLUMN of a domain with a constraint',
    effect: alters(AX, { indexes: AX }, REWRITE),
    samples: tried('ALTER TABLE target ADD COLUMN c positive', 'ALTER TABLE target ADD COLUMN c positive DEFAULT 1'),
    manual,
  },
  'add-column-check': {
    title: 'ALTER TABLE ... ADD COLUMN ... CHECK',
    effect: alters(AX, {}, { scan: true }),
    samples: tried(
      'ALTER TABLE target ADD COLUMN c int DEFAULT 1 CHECK (c > 0)',
      'ALTER TABLE target ADD COLUMN c int CHECK (c > 0)',
    ),
    manual,
  },
  'add-column-unique': {
    title: 'ALTER TABLE ... ADD COLUMN ... UNIQUE, PRIMARY KEY',
    effect: alters(AX, {}, { scan: true }),
    samples: tried('ALTER TABLE target ADD COLUMN c int UNIQUE'),
    manual,
  },
  'add-column-references': {
    title: 'ALTER TABLE ... ADD COLUMN ... REFERENCES',
    effect: alters(AX, { 'referenced table': SRX }),
    samples: tried('ALTER TABLE target ADD COLUMN c int REFERENCES referenced'),
    manual,
  },
  'add-column-default-references': {
    title: 'ALTER TABLE ... ADD COLUMN ... DEFAULT ... REFERENCES',
    effect: alters(AX, { 'referenced table': SRX }, { scan: true }),
    samples: tried('ALTER TABLE target ADD COLUMN c int DEFAULT 1 REFERENCES referenced'),
    manual,
  },
  'drop-column': {
    title: 'ALTER TABLE ... DROP COLUMN',
    effect: alters(AX, {
      indexes: AX,
      sequence: AX,
      'dependent views': AX,
      'referenced table': AX,
      'referencing tables': AX,
    }),
    samples: tried(
      'ALTER TABLE target DROP COLUMN note',
      'ALTER TABLE target DROP COLUMN name',
      'ALTER TABLE target DROP COLUMN referenced_id',
      'ALTER TABLE target DROP COLUMN id CASCADE',
      'ALTER TABLE target DROP COLUMN numbered',
      'ALTER TABLE target DROP COLUMN label',
      'ALTER TABLE ancestor DROP COLUMN note',
      'ALTER TABLE ONLY ancestor DROP COLUMN note',
      'ALTER TABLE plain DROP COLUMN note CASCADE',
      'ALTER TABLE regions DROP COLUMN note',
    ),
    manual,
  },
  'set-default': {
    title: 'ALTER TABLE ... ALTER COLUMN ... SET DEFAULT',
    effect: alters(AX),
    samples: tried("ALTER TABLE target ALTER note SET DEFAULT 'x'", 'ALTER TABLE regions ALTER amount SET DEFAULT 1'),
    manual,
  },
  'drop-default': {
    title: 'ALTER TABLE ... ALTER COLUMN ... DROP DEFAULT',
    effect: alters(AX),
    samples: tried('ALTER TABLE target ALTER COLUMN note DROP DEFAULT'),
    manual,
  },
  'set-not-null': {
    title: 'ALTER TABLE ... ALTER COLUMN ... SET NOT NULL',
    effect: alters(AX, {}, { scan: true }),
    samples: [
      { sql: 'ALTER TABLE target ALTER COLUMN note SET NOT NULL' },
      { sql: 'ALTER TABLE regions ALTER COLUMN note SET NOT NULL' },
      { sql: 'ALTER TABLE target ADD CONSTRAINT c NOT NULL note', since: 18 },
    ],
    manual,
  },
  'set-not-null-proven': {
    title: 'ALTER TABLE ... SET NOT NULL, where a valid CHECK proves it',
    effect: alters(AX),
    samples: tried('ALTER TABLE target ALTER COLUMN proven SET NOT NULL', 'ALTER TABLE target ALTER id SET NOT NULL'),
    manual,
  },
  'drop-not-null': {
    title: 'ALTER TABLE ... ALTER COLUMN ... DROP NOT NULL',
    effect: alters(AX),
    samples: tried('ALTER TABLE target ALTER COLUMN solo DROP NOT NULL'),
    manual,
  },
  'add-identity': {
    title: 'ALTER TABLE ... ALTER COLUMN ... ADD GENERATED AS IDENTITY',
    effect: alters(AX),
    samples: tried('ALTER TABLE target ALTER COLUMN solo ADD GENERATED ALWAYS AS IDENTITY'),
    manual,
  },
  'set-generated': {
    title: 'ALTER TABLE ... ALTER COLUMN ... SET GENERATED, SET sequence option',
    effect: alters(AX, { sequence: SRX }),
    samples: tried('ALTER TABLE target ALTER COLUMN numbered SET GENERATED ALWAYS'),
    manual,
  },
  'drop-identity': {
    title: 'ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY',
    effect: alters(AX, { sequence: AX }),
    samples: tried('ALTER TABLE target ALTER COLUMN numbered DROP IDENTITY'),
    manual,
  },
  'set-expression': {
    title: 'ALTER TABLE ... ALTER COLUMN ... SET EXPRESSION, of a stored column',
    effect: alters(AX, { indexes: AX }, REWRITE),
    since: 17,
    samples: tried('ALTER TABLE target ALTER COLUMN doubled SET EXPRESSION AS (id * 3)'),
    manual,
  },
  'set-expression-virtual': {
    title: 'ALTER TABLE ... ALTER COLUMN ... SET EXPRESSION, of a virtual column',
    effect: alters(AX),
    since: 18,
    samples: tried('ALTER TABLE virtual ALTER COLUMN doubled SET EXPRESSION AS (id * 3)'),
    manual,
  },
  'drop-expression': {
    title: 'ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION',
    effect: alters(AX),
    since: 13,
    samples: tried('ALTER TABLE target ALTER COLUMN doubled DROP EXPRESSION'),
    manual,
  },
} satisfies Record<string, FormRow>;
