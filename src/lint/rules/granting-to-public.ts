import type { Fields } from '../../syntax/tree.ts';
import { letsPublicCreate, type PublicGrant, publicGrant } from '../help/grants.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'granting-to-public',
  topic: 'security',
  summary: 'A privilege is granted to PUBLIC, which is every role that is there or will be',
  severity: 'warning',
  weighed: false,
  on: ['GrantStmt', 'AlterDefaultPrivilegesStmt'],
  *statement(subject) {
    const found = publicGrant(subject);
    if (!found || isUsual(found) || letsPublicCreate(found)) return;
    yield {
      offset: found.offset,
      message: `every role of the server, those made later too, gets ${privilegesOf(found)}`,
      why: 'PUBLIC is not a role that can be looked into or taken from one by one. Grant to a role that stands for a task, and make users its members.',
    };
  },
};

/** What PUBLIC has anyway (manual, "Privileges"), or needs to see anything at all. */
const USUAL: Readonly<Partial<Record<NonNullable<Fields<'GrantStmt'>['objtype']>, string>>> = {
  OBJECT_SCHEMA: 'usage',
  OBJECT_FUNCTION: 'execute',
  OBJECT_PROCEDURE: 'execute',
  OBJECT_ROUTINE: 'execute',
  OBJECT_TYPE: 'usage',
  OBJECT_DOMAIN: 'usage',
  OBJECT_LANGUAGE: 'usage',
  OBJECT_DATABASE: 'connect',
};

function isUsual({ grant, privileges }: PublicGrant): boolean {
  const usual = USUAL[grant.objtype ?? 'OBJECT_TABLE'];
  return usual !== undefined && privileges.length > 0 && privileges.every((one) => one === usual);
}

function privilegesOf({ privileges }: PublicGrant): string {
  return privileges.length === 0 ? 'ALL PRIVILEGES here' : `${privileges.join(', ').toUpperCase()} here`;
}
