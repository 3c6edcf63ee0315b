import type { FormId, FormUse } from '../../facts/form.ts';
import type { RelationName } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Complaint } from '../finding.ts';
import { listed, shown } from '../help/shown.ts';
import { shortName } from '../help/tables.ts';
import { usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

const CHANGES: readonly FormId[] = [
  'alter-column-type-rewrite',
  'alter-column-type-kept',
  'alter-column-type-checked',
  'alter-column-type-reindexed',
  'alter-column-type-time-zone',
  'alter-column-type-unknown',
];

export const rule: Rule = {
  id: 'changing-type-used-by-view',
  topic: 'locks',
  summary: 'The type of a column cannot be changed while a view uses it',
  severity: 'error',
  weighed: false,
  on: CHANGES,
  *statement(subject) {
    for (const use of usesOf(subject, ...CHANGES)) {
      const views = viewsOf(subject, use);
      if (views.length > 0) yield complaint(subject, use, views);
    }
  },
};

/** Views that read the table and mention the column; one that mentions all of them says nothing for sure. */
function viewsOf({ known }: Subject, { target, part }: FormUse): RelationName[] {
  if (!target || part === undefined) return [];
  return known.dependents(known.resolve(target)).filter((name) => known.table(name)?.mentions.includes(part));
}

function complaint(subject: Subject, use: FormUse, views: readonly RelationName[]): Complaint {
  const column = use.part === undefined ? 'the column' : displayIdentifier(use.part);
  const names = listed(views.map((name) => shown(shortName(subject, name))));
  return {
    offset: use.offset,
    message: `PostgreSQL refuses to change the type of ${column} while ${names} uses it (0A000)`,
    why: 'A view is stored with the types of its columns. It has to be dropped before and made again behind, in the same transaction.',
    use,
  };
}
