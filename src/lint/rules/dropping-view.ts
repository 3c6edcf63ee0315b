import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint } from '../finding.ts';
import { type Around, withAround } from '../help/around.ts';
import { dropped } from '../help/drops.ts';
import { isNewHere } from '../help/made-here.ts';
import { isMadeIn } from '../help/new-names.ts';
import { partOf } from '../help/part-of.ts';
import { readByClause } from '../help/read-by.ts';
import { isSame } from '../help/same-name.ts';
import { shown } from '../help/shown.ts';
import { noteIfUnused } from '../help/unused.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'dropping-view',
  topic: 'compatibility',
  summary: 'A view is dropped, and not made again with its privileges in the same transaction',
  severity: 'warning',
  weighed: false,
  on: ['DropStmt'],
  file: (file) => withAround(file, rule, judge),
};

function* judge(subject: Subject, { later }: Around): Generator<Complaint> {
  for (const name of dropped(subject, 'OBJECT_VIEW', 'OBJECT_MATVIEW')) {
    if (isNewHere(subject, name, ['view', 'materialized view'])) continue;
    if (isMadeIn(later(name.name), name)) {
      if (!later('grant').some((one) => grantsOn(one, name))) yield withoutPrivileges(subject, name);
      continue;
    }
    yield {
      message: `the ${kind(subject)} ${shown(name)} is gone from the commit on, and every query that reads it fails (42P01)${readByClause(subject.known, name)}`,
      why: `Queries of the application and of people who make reports are in no file here. Let them stop using it first.${again(subject)}`,
      ...partOf(subject, ['drop-view'], { target: name }),
      ...noteIfUnused(subject, name),
    };
  }
}

function grantsOn({ tree, known }: Subject, name: QualifiedName): boolean {
  const grant = as('GrantStmt', tree?.node);
  const all = grant?.targtype === 'ACL_TARGET_ALL_IN_SCHEMA';
  return (
    grant?.is_grant === true &&
    (all || (grant.objects ?? []).some((one) => isSame(known, name, relationName(as('RangeVar', one)))))
  );
}

function withoutPrivileges(subject: Subject, name: QualifiedName): Complaint {
  return {
    severity: 'note',
    message: `the privileges on ${shown(name)} go with it: roles that do not own the new one may not read it (42501)`,
    why: 'GRANT them again in the same transaction. CREATE OR REPLACE VIEW keeps them, where columns are only added behind the others.',
    ...partOf(subject, ['drop-view'], { target: name }),
  };
}

function kind({ tree }: Subject): string {
  return as('DropStmt', tree?.node)?.removeType === 'OBJECT_MATVIEW' ? 'materialized view' : 'view';
}

function again({ tree }: Subject): string {
  const isView = as('DropStmt', tree?.node)?.removeType === 'OBJECT_VIEW';
  return isView ? ' To change it, CREATE OR REPLACE VIEW, or drop it and make it again in one file.' : '';
}
