import { tableCommands } from '../help/drops.ts';
import { addedHere } from '../help/made-here.ts';
import { partOf } from '../help/part-of.ts';
import { shownColumn } from '../help/shown-column.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'ban-drop-not-null',
  topic: 'compatibility',
  summary: 'A column may be NULL from now on, and code that never saw one reads it',
  severity: 'warning',
  weighed: false,
  on: ['AT_DropNotNull'],
  aliases: ['squawk:ban-drop-not-null'],
  *statement(subject) {
    for (const { table, cmd } of tableCommands(subject, 'AT_DropNotNull')) {
      const column = cmd.name ?? '';
      const known = subject.known.table(table);
      const isNullable = known?.columns.get(column)?.notNull === false;
      if (subject.isNew(known) || addedHere(subject, table, column) || isNullable) continue;
      yield {
        message: `${shownColumn(table, column)} may be NULL from the commit on: code that reads it without asking gets what it never got, and after the first NULL the way back fails (23502)`,
        why: 'Release code that can read NULL first, drop NOT NULL then, and write NULL last.',
        ...partOf(subject, ['drop-not-null'], { target: table, part: column }),
      };
    }
  },
};
