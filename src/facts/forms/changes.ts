import type { FormRow } from '../row.ts';
import { AS, RS, RX, takes, tried } from './effect.ts';

/** Statements that read and change rows. */
export const CHANGES = {
  select: {
    title: 'SELECT',
    effect: takes(null, { 'tables read': AS }, { scan: true }),
    samples: tried('SELECT * FROM plain', 'TABLE plain'),
    manual: 'sql-select',
  },
  'select-for-update': {
    title: 'SELECT ... FOR UPDATE, FOR SHARE',
    effect: takes(null, { 'tables read': RS }, { scan: true }),
    samples: tried('SELECT * FROM plain FOR UPDATE', 'SELECT * FROM plain FOR KEY SHARE'),
    manual: 'sql-select',
  },
  insert: {
    title: 'INSERT',
    effect: takes(RX, { 'referenced table': RS, 'tables read': AS }),
    samples: tried(
      "INSERT INTO plain (id, note) VALUES (100, 'x')",
      'INSERT INTO plain SELECT id + 100, note FROM alone',
      'INSERT INTO referencing VALUES (1)',
    ),
    manual: 'sql-insert',
  },
  update: {
    title: 'UPDATE',
    effect: takes(
      RX,
      { indexes: RX, 'referenced table': RS, 'referencing tables': RS, 'tables read': AS },
      { scan: true },
    ),
    samples: tried("UPDATE plain SET note = 'x'", 'UPDATE referencing SET target_id = 2'),
    manual: 'sql-update',
  },
  delete: {
    title: 'DELETE',
    effect: takes(RX, { 'referencing tables': RS, 'tables read': AS }, { scan: true }),
    samples: tried('DELETE FROM alone', 'DELETE FROM referenced WHERE id + 0 = 3'),
    manual: 'sql-delete',
  },
  merge: {
    title: 'MERGE',
    effect: takes(RX, { 'tables read': AS }, { scan: true }),
    since: 15,
    samples: tried('MERGE INTO plain USING alone ON plain.id = alone.id WHEN MATCHED THEN DELETE'),
    manual: 'sql-merge',
  },
  'copy-from': {
    title: 'COPY ... FROM',
    effect: takes(RX),
    samples: tried("COPY plain FROM PROGRAM 'true'"),
    manual: 'sql-copy',
  },
} satisfies Record<string, FormRow>;
