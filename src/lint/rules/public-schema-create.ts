import { displayIdentifier } from '../../sql/quote.ts';
import { all } from '../../syntax/tree.ts';
import { letsPublicCreate, publicGrant } from '../help/grants.ts';
import { listed } from '../help/shown.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'public-schema-create',
  topic: 'security',
  summary: 'Every role may make objects in a schema that others look names up in',
  severity: 'error',
  weighed: false,
  on: ['GrantStmt', 'AlterDefaultPrivilegesStmt'],
  *statement(subject) {
    const found = publicGrant(subject);
    if (!found || !letsPublicCreate(found)) return;
    const schemas = listed(all('String', found.grant.objects).map(({ sval }) => displayIdentifier(sval ?? '')));
    yield {
      offset: found.offset,
      message: `every role may make functions and tables in ${schemas || 'new schemas'}, which whoever has it in the search_path then uses without meaning to`,
      why: 'That is CVE-2018-1058; PostgreSQL 15 took CREATE on public away from PUBLIC for it. Grant CREATE to the role that migrates.',
    };
  },
};
