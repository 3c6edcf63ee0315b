import type { Complaint } from '../finding.ts';
import { complainOfAbsent, isAbsent } from '../help/absent-column.ts';
import { tableCommands } from '../help/drops.ts';
import { addedHere } from '../help/made-here.ts';
import { partOf } from '../help/part-of.ts';
import { shownColumn } from '../help/shown-column.ts';
import { noteIfUnused } from '../help/unused.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'ban-drop-column',
  topic: 'compatibility',
  summary: 'A column that was there before is dropped, with its values',
  severity: 'warning',
  weighed: false,
  on: ['AT_DropColumn'],
  aliases: ['squawk:ban-drop-column', 'pgfence:drop-column'],
  statement: judge,
};

function* judge(subject: Subject): Generator<Complaint> {
  for (const { table, cmd } of tableCommands(subject, 'AT_DropColumn')) {
    const column = cmd.name ?? '';
    if (subject.isNew(subject.known.table(table)) || addedHere(subject, table, column)) continue;
    const place = partOf(subject, ['drop-column'], { target: table, part: column });
    if (isAbsent(subject, table, column)) {
      const absent = cmd.missing_ok ? [] : complainOfAbsent(subject, table, column);
      for (const complaint of absent) yield { ...complaint, ...place };
      continue;
    }
    yield {
      message: `${shownColumn(table, column)} goes with all of its values, and every query of the running application that says it fails from the commit on (42703)`,
      why: 'Values come back only from a backup. INSERT and SELECT * of ORMs name every column they knew at their start: take the column out of the code, wait a release, and drop it then.',
      ...place,
      ...noteIfUnused(subject, table, column),
    };
  }
}
