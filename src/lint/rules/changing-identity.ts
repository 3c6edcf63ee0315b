import { all, as } from '../../syntax/tree.ts';
import { tableCommands } from '../help/drops.ts';
import { partOf } from '../help/part-of.ts';
import { shownColumn } from '../help/shown-column.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'changing-identity',
  topic: 'compatibility',
  summary: 'An identity column becomes GENERATED ALWAYS, and INSERTs that give it a value fail',
  severity: 'warning',
  weighed: false,
  aliases: ['squawk:ban-alter-identity'],
  on: ['AT_SetIdentity'],
  *statement(subject) {
    for (const { table, cmd } of tableCommands(subject, 'AT_SetIdentity')) {
      const known = subject.known.table(table);
      const column = cmd.name ?? '';
      const options = all('DefElem', as('List', cmd.def)?.items);
      const becomes = options.find(({ defname }) => defname === 'generated')?.arg;
      if (as('Integer', becomes)?.ival !== ALWAYS || subject.isNew(known)) continue;
      if (known?.columns.get(column)?.identityKind === 'ALWAYS') continue;
      yield {
        message: `${shownColumn(table, column)} takes no value from the commit on: INSERTs of the running application that give it one fail (428C9)`,
        why: 'COPY and INSERT ... OVERRIDING SYSTEM VALUE may still give one. Look first that nothing else does, imports and tests among them.',
        ...partOf(subject, ['set-generated'], { target: table, part: column }),
      };
    }
  },
};

/** ATTRIBUTE_IDENTITY_ALWAYS of catalog/pg_attribute.h: 'a' */
const ALWAYS = 'a'.charCodeAt(0);
