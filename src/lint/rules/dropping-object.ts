import type { ObjectType } from '@pgsql/types';
import type { ObjectKind } from '../../sql/created-object.ts';
import { all, as } from '../../syntax/tree.ts';
import type { Complaint } from '../finding.ts';
import { type Around, withAround } from '../help/around.ts';
import { dropped } from '../help/drops.ts';
import { isNewHere, madeHere } from '../help/made-here.ts';
import { isMadeIn } from '../help/new-names.ts';
import { shown } from '../help/shown.ts';
import type { Rule, Subject } from '../rule.ts';

/** What has no rule of its own. */
export const rule: Rule = {
  id: 'dropping-object',
  topic: 'compatibility',
  summary: 'A sequence, extension or role is dropped that was there before',
  severity: 'warning',
  weighed: false,
  on: ['DropStmt', 'DropRoleStmt'],
  file: (file) => withAround(file, rule, judge),
};

const KINDS: readonly (readonly [type: ObjectType, kind: ObjectKind, fails: string])[] = [
  ['OBJECT_SEQUENCE', 'sequence', 'nextval of it in queries of the running application fails (42P01)'],
  ['OBJECT_EXTENSION', 'extension', 'what queries use of its functions, operators and types fails (42883, 42704)'],
];

function* judge(subject: Subject, { later }: Around): Generator<Complaint> {
  for (const [type, kind, fails] of KINDS) {
    for (const name of dropped(subject, type)) {
      if (isNewHere(subject, name, [kind]) || isMadeIn(later(name.name), name)) continue;
      yield { message: `the ${kind} ${shown(name)} is gone from the commit on: ${fails}`, why: WHY };
    }
  }
  yield* ofRoles(subject);
}

const WHY =
  'PostgreSQL refuses it while a column or default depends on it; names in queries and in bodies of functions it does not see. Let the code stop using it first.';

function* ofRoles(subject: Subject): Generator<Complaint> {
  for (const { rolename } of all('RoleSpec', as('DropRoleStmt', subject.tree?.node)?.roles)) {
    const name = { name: rolename ?? '' };
    if (madeHere(subject, name, ['role'])) continue;
    yield {
      message: `nobody can log in as ${shown(name)}, and nothing can be done as that role, from the commit on`,
      why: 'Roles belong to the whole server: the other databases lose it too. Sessions that are open go on, new ones of the application are refused (28000).',
    };
  }
}
