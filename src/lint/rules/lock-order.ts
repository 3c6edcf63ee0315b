import type { FormUse } from '../../facts/form.ts';
import type { RelationName } from '../../known/table.ts';
import type { Complaint } from '../finding.ts';
import { type HeldTable, heldBefore } from '../help/earlier.ts';
import { type Opposite, oppositeOrder } from '../help/lock-orders.ts';
import { listed, shown } from '../help/shown.ts';
import { FEW, listedFew } from '../help/shown-column.ts';
import { lockedBy, shortName, tableKey } from '../help/tables.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'lock-order',
  topic: 'locks',
  summary: 'A transaction that holds one table in use while it waits for another stalls both, and can deadlock',
  severity: 'warning',
  weighed: true,
  *statement(subject) {
    const held = heldBefore(subject);
    const [next] = held.size === 0 ? [] : subject.uses.flatMap((use) => taken(subject, use, held));
    const opposite = oppositeOrder(subject);
    if (next) yield complaint(subject, next, held, opposite);
    else if (opposite) yield twoOrders(subject, opposite);
  },
};

type Held = ReadonlyMap<string, HeldTable>;

interface Taken {
  readonly table: RelationName;
  readonly use: FormUse;
}

/** Tables that are locked here for the first time, so that the transaction may have to wait for them. */
function taken(subject: Subject, use: FormUse, held: Held): Taken[] {
  const tables = lockedBy(subject, use, 'ShareLock');
  return tables.filter((one) => !held.has(tableKey(one))).map((table) => ({ table, use }));
}

/** As many as are shown: a transaction can hold thousands. */
function firstNames(subject: Subject, held: Held): string[] {
  const names: string[] = [];
  for (const { table } of held.values()) {
    if (names.push(shown(shortName(subject, table))) === FEW) break;
  }
  return names;
}

function complaint(subject: Subject, { table, use }: Taken, held: Held, opposite: Opposite | undefined): Complaint {
  const name = shown(shortName(subject, table));
  const before = listedFew(firstNames(subject, held), held.size);
  const other = opposite
    ? `; ${opposite.file}, line ${opposite.line}, locks ${both(subject, opposite)} the other way round`
    : '';
  return {
    message: `${before} stays blocked for reads and writes while this waits for ${name}${other}`,
    why: 'A session that uses the two the other way round makes a deadlock. One table in use for each transaction: a migration of its own for each.',
    offset: use.offset,
    use,
    table,
  };
}

function twoOrders(subject: Subject, opposite: Opposite): Complaint {
  const { file, line, use, second: table } = opposite;
  return {
    message: `this transaction locks ${both(subject, opposite)} in this order, and ${file}, line ${line}, the other way round`,
    why: 'A session that writes to both in one transaction makes a deadlock with one file or the other. Lock them in one order everywhere, or each in a migration of its own.',
    offset: use.offset,
    use,
    table,
  };
}

function both(subject: Subject, { first, second }: Opposite): string {
  return listed([first, second].map((one) => shown(shortName(subject, one))));
}
