import type { AlterTableCmd } from '@pgsql/types';
import type { KnownColumn } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Complaint } from '../finding.ts';
import { type Around, withAround } from '../help/around.ts';
import { tableCommands } from '../help/drops.ts';
import { partOf } from '../help/part-of.ts';
import { isSame } from '../help/same-name.ts';
import { shownColumn } from '../help/shown-column.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'dropping-default',
  topic: 'compatibility',
  summary: 'A NOT NULL column loses its default or identity, and INSERTs that leave it out fail',
  severity: 'warning',
  weighed: false,
  on: ['AT_ColumnDefault', 'AT_DropIdentity'],
  file: (file) => withAround(file, rule, judge),
};

function* judge(subject: Subject, around: Around): Generator<Complaint> {
  const commands = tableCommands(subject, 'AT_ColumnDefault', 'AT_DropIdentity');
  for (const { table, cmd } of commands.filter(({ cmd }) => cmd.def === undefined)) {
    const column = cmd.name ?? '';
    const known = subject.known.table(table)?.columns.get(column);
    if (subject.isNew(subject.known.table(table)) || mayBeLeftOut(known, cmd)) continue;
    if (givesValue(subject, [subject, ...around.later(column)], table, column)) continue;
    yield {
      message: `${shownColumn(table, column)} has no value of its own from the commit on: ${known?.notNull ? 'every' : 'where it is NOT NULL, every'} INSERT of the running application that leaves it out fails (23502)`,
      why: 'An old release does not know that it has to give a value; let all running code give one first. A default that is dropped in the transaction that added the column has never helped anybody.',
      ...partOf(subject, ['drop-default', 'drop-identity'], { target: table, part: column }),
    };
  }
}

/** It may be NULL, or there was nothing to lose. An identity column is NOT NULL always. */
function mayBeLeftOut(known: KnownColumn | undefined, { subtype }: AlterTableCmd): boolean {
  if (!known || subtype === 'AT_DropIdentity') return false;
  return !known.notNull || (known.default === undefined && !known.identity);
}

/** The same transaction gives it another default or an identity. */
function givesValue({ known }: Subject, subjects: readonly Subject[], table: QualifiedName, column: string): boolean {
  return subjects.some((one) =>
    tableCommands(one, 'AT_ColumnDefault', 'AT_AddIdentity', 'AT_DropColumn').some(
      ({ table: other, cmd }) =>
        cmd.name === column &&
        isSame(known, table, other) &&
        (cmd.def !== undefined || cmd.subtype === 'AT_DropColumn'),
    ),
  );
}
