import type { FormUse } from '../../facts/form.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Complaint, Fix } from '../finding.ts';
import { fixOf, shownFix } from '../help/fix.ts';
import { gatherBefore } from '../help/gather-before.ts';
import { stepName } from '../help/names.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'changing-column-type-time-zone',
  topic: 'locks',
  summary:
    'timestamp to timestamptz reads the values in the time zone of the session, and rewrites the table unless that is UTC',
  severity: 'warning',
  weighed: true,
  on: ['alter-column-type-time-zone'],
  *statement(subject) {
    const uses = usesOf(subject, 'alter-column-type-time-zone');
    if (uses.length === 0 || zoneSet(subject) === 'UTC') return;
    for (const use of uses) yield complaint(subject, use);
  },
};

const SETS_ZONE = /^SET\s+(?:LOCAL\s+|SESSION\s+)?(?:TIME\s+ZONE\s+|TimeZone\s*(?:=|\s+TO)\s*)'?([^'\s]+)/i;

/** What the transaction has set before: UTC in capitals. */
function zoneSet(subject: Subject): string | undefined {
  return gatherZone(subject).zone?.toUpperCase();
}

const gatherZone = gatherBefore<{ zone?: string | undefined }>(
  () => ({}),
  (set, { statement }) => {
    set.zone = SETS_ZONE.exec(statement.sql)?.[1] ?? set.zone;
  },
);

function complaint(subject: Subject, use: FormUse): Complaint {
  const column = use.part === undefined ? 'the column' : displayIdentifier(use.part);
  const zone = zoneSet(subject);
  return {
    offset: use.offset,
    message: `the values of ${column} are taken as times of ${zone ?? 'the zone of the session'}; in any zone but UTC ${targetOf(use)} is rewritten and blocked meanwhile`,
    why: 'This tool sets TimeZone to UTC for its sessions, other clients do not. If the values were written in another zone, they will be off by hours.',
    use,
    ...fixOf(subject, inUtc(subject, use)),
  };
}

/** In which zone the values were written only a person knows; those of another one can only be converted by a rewrite. */
function inUtc({ statement }: Subject, { target, part }: FormUse): Fix {
  const name = stepName('time_zone', target?.name ?? '', part ?? '');
  const sql = ["SET LOCAL TimeZone = 'UTC'", statement.sql];
  return shownFix('where the values are in UTC, say so', [{ name, sql, rollback: [] }]);
}
