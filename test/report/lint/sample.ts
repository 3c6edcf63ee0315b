import type { Finding, Fix } from '../../../src/lint/finding.ts';
import type { LintReport } from '../../../src/lint/report.ts';

/** Findings made by hand, for the formats; what rules find is in test/lint. */
export const VALIDATE: Fix = {
  title: 'add it without checking the rows, then check them in a transaction of its own',
  automatic: true,
  steps: [
    {
      name: 'add_orders_customer_fk',
      sql: [
        'ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID',
      ],
      rollback: ['ALTER TABLE orders DROP CONSTRAINT orders_customer_fk'],
    },
    {
      name: 'validate_orders_customer_fk',
      sql: ['ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_fk'],
      rollback: [],
      comment: ['SHARE UPDATE EXCLUSIVE: reads and writes go on'],
    },
  ],
};

export const FOREIGN_KEY: Finding = {
  rule: 'adding-foreign-key-constraint',
  severity: 'error',
  version: '042_orders',
  file: 'database/migrations/042_orders.sql',
  line: 12,
  column: 1,
  lineText: 'ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id);',
  endLine: 12,
  endColumn: 104,
  message: 'Adding this foreign key stops writes to orders and customers while every row of orders is checked.',
  why: 'ALTER TABLE ... ADD FOREIGN KEY takes its lock before it looks at the first row and keeps it to the end of the transaction.',
  lock: 'SHARE ROW EXCLUSIVE',
  relation: 'orders',
  blocks: 'writes',
  rewrite: false,
  scan: true,
  rows: 12_300_000,
  bytes: 4.2e9,
  fix: VALIDATE,
  span: null,
  statement: null,
  allowed: null,
};

export const TYPE_CHANGE: Finding = {
  ...FOREIGN_KEY,
  rule: 'changing-column-type',
  severity: 'warning',
  line: 15,
  column: 3,
  lineText: '  ALTER COLUMN total TYPE bigint;',
  endLine: 15,
  endColumn: 32,
  message: 'Changing the type of orders.total writes the whole table anew, and nobody can read it meanwhile.',
  why: null,
  lock: 'ACCESS EXCLUSIVE',
  blocks: 'reads and writes',
  rewrite: true,
  scan: false,
  fix: null,
};

export const NOTE: Finding = {
  ...FOREIGN_KEY,
  rule: 'prefer-text-field',
  severity: 'note',
  version: '043_names',
  file: 'database/migrations/043_names.sql',
  line: 3,
  column: 8,
  lineText: '  name varchar(50) NOT NULL',
  endLine: 5,
  endColumn: 1,
  message: 'The length of names.name can only be raised later.',
  why: 'text with a CHECK is changed without a lock.',
  lock: null,
  relation: 'names',
  blocks: null,
  scan: false,
  rows: null,
  bytes: null,
  fix: null,
};

export const ALLOWED: Finding = {
  ...TYPE_CHANGE,
  rule: 'ban-drop-column',
  severity: 'error',
  line: 20,
  column: 1,
  lineText: 'ALTER TABLE orders DROP COLUMN note;',
  endLine: 20,
  endColumn: 35,
  message: 'Dropping orders.note breaks whoever still reads it.',
  rewrite: false,
  allowed: 'no reader since release 41',
};

export const REPORT: LintReport = {
  files: [
    'database/migrations/041_items.sql',
    'database/migrations/042_orders.sql',
    'database/migrations/043_names.sql',
  ],
  findings: [FOREIGN_KEY, TYPE_CHANGE, ALLOWED, NOTE],
  rules: [
    {
      id: 'adding-foreign-key-constraint',
      topic: 'locks',
      summary: 'a foreign key that is checked at once',
      severity: 'error',
    },
    { id: 'changing-column-type', topic: 'locks', summary: 'a type change that rewrites the table', severity: 'error' },
    {
      id: 'ban-drop-column',
      topic: 'compatibility',
      summary: 'a column that is dropped while it may be in use',
      severity: 'warning',
    },
    { id: 'prefer-text-field', topic: 'design', summary: 'varchar with a length', severity: 'note' },
  ],
  statements: 9,
  notUnderstood: [],
  notes: [],
  basis: {
    set: 'pending',
    source: 'statistics',
    database: 'shop',
    unasked: null,
    statisticsFile: 'prod.stats.json',
    takenAt: '2026-11-22T03:00:00Z',
    serverMajor: 16,
    serverMajorFrom: 'server',
  },
};

export const EMPTY: LintReport = { ...REPORT, findings: [] };

/** Names and texts that would break out of a format that does not escape them. */
export const HOSTILE: Finding = {
  ...TYPE_CHANGE,
  file: 'database/migrations/044_a,b:c%d "e"\n::error::f<&>\u{1f600} [x](y) {0}.sql',
  relation: '"a\n\u001b[31mb\u202e"\'<&>]]>\u0000',
  lineText: "\tSELECT '\u001b[2J\u{1f600}\ud800<&>'; ::warning::x",
  message:
    'It\'s "bad"\r\n::error file=x::\u001b[31m <b>&amp;</b> ]]> {0} [a](b) \u{1f600} \u0000\u202e\ufffe\ud800 %0A end',
  why: 'because\n--> <x>',
  fix: {
    title: 'one\ntwo',
    automatic: false,
    steps: [{ name: 'a\n::x', sql: ["SELECT '\u001b[31m\n::error::y'"], rollback: [] }],
  },
};
