import { displayIdentifier, quoteIdentifier } from '../../sql/quote.ts';
import { givenNames } from '../help/given-names.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'identifier-needs-quotes',
  topic: 'design',
  summary: 'A name has to stand in double quotes wherever it is used',
  severity: 'note',
  weighed: false,
  *statement({ tree, statement: { sql } }) {
    if (!tree || !sql.includes('"')) return;
    for (const name of new Set(givenNames(tree.node))) {
      const quoted = quoteIdentifier(name);
      // A key word that stood there without quotes needs none in such a place.
      if (displayIdentifier(name) === name || !sql.includes(quoted)) continue;
      yield {
        offset: sql.indexOf(quoted),
        message: `${quoted} has to stand in double quotes in every query`,
        why: 'Without them the name is folded to lower case, or read as a key word. Lower case, digits and _ need none.',
      };
    }
  },
};
