import { quoteLiteral } from '../../sql/quote.ts';
import { nameOf } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import { madeHere } from '../help/made-here.ts';
import { shown } from '../help/shown.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'require-enum-value-ordering',
  topic: 'compatibility',
  summary: 'A label is added to an enum without BEFORE or AFTER, so that it sorts behind all others',
  severity: 'note',
  weighed: false,
  on: ['AlterEnumStmt'],
  aliases: ['squawk:require-enum-value-ordering'],
  *statement(subject) {
    const stmt = as('AlterEnumStmt', subject.tree?.node);
    const type = nameOf(stmt?.typeName);
    if (!stmt || !type || stmt.oldVal || stmt.newValNeighbor || madeHere(subject, type, ['type'])) return;
    const known = subject.known.enum(type);
    const [label, last] = [stmt.newVal ?? '', [...(known?.labels.keys() ?? [])].at(-1)];
    if (known?.labels.has(label)) return;
    yield {
      message: `'${label}' sorts behind every other label of ${shown(type)}, and a label can be neither moved nor removed later`,
      why: 'ORDER BY and comparisons go by the order of the labels. Say the place, even where it is the last.',
      ...(last === undefined
        ? {}
        : {
            fix: {
              title: 'say the place',
              automatic: true,
              steps: [
                {
                  name: `add_${type.name}_${label}`,
                  sql: [`${subject.statement.sql} AFTER ${quoteLiteral(last)}`],
                  rollback: [],
                },
              ],
            },
          }),
    };
  },
};
