import { as } from '../../syntax/tree.ts';
import { tableCommands } from '../help/drops.ts';
import { partOf } from '../help/part-of.ts';
import { shown } from '../help/shown.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'changing-replica-identity',
  topic: 'compatibility',
  summary:
    'REPLICA IDENTITY FULL writes whole rows to the log, NOTHING makes UPDATE and DELETE of a published table fail',
  severity: 'warning',
  weighed: false,
  aliases: ['squawk:ban-replica-identity', 'pgfence:replica-identity-full'],
  on: ['AT_ReplicaIdentity'],
  *statement(subject) {
    for (const { table, cmd } of tableCommands(subject, 'AT_ReplicaIdentity')) {
      const says = MESSAGES[as('ReplicaIdentityStmt', cmd.def)?.identity_type ?? ''];
      if (!says || subject.isNew(subject.known.table(table))) continue;
      yield { message: says(shown(table)), why: WHY, ...partOf(subject, ['replica-identity'], { target: table }) };
    }
  },
};

/** By identity_type of ReplicaIdentityStmt (nodes/parsenodes.h). */
const MESSAGES: Readonly<Record<string, (table: string) => string>> = {
  f: (table) =>
    `every UPDATE and DELETE of ${table} writes the whole old row to the log, and subscribers look for it by all columns`,
  n: (table) => `UPDATE and DELETE of ${table} fail while it is published (55000), and old rows are not in the log`,
};

const WHY =
  'The primary key, or USING INDEX of a unique one over NOT NULL columns, names a row in few bytes and is found by an index.';
