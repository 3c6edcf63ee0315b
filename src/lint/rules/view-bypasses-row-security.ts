import { displayIdentifier } from '../../sql/quote.ts';
import { relationName } from '../../syntax/names.ts';
import { all, as, type Fields } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import type { Fix } from '../finding.ts';
import { fixOf, shownFix } from '../help/fix.ts';
import { listed, shown } from '../help/shown.ts';
import type { Rule, Subject } from '../rule.ts';

/** The first major version with security_invoker. */
const SECURITY_INVOKER = 15;

export const rule: Rule = {
  id: 'view-bypasses-row-security',
  topic: 'security',
  summary: 'A view shows rows of a table with row security as its owner sees them',
  severity: 'warning',
  weighed: false,
  *statement(subject) {
    const view = as('ViewStmt', subject.tree?.node);
    const name = relationName(view?.view);
    if (!view || !name || isInvoker(view)) return;
    const guarded = guardedTables(subject, view);
    if (guarded.length === 0) return;
    yield {
      offset: subject.tree?.offsetOf(view.view?.location) ?? 0,
      message: `whoever may read ${shown(name)} sees the rows of ${listed(guarded)} that the owner of the view may see, not their own`,
      why: 'A view reads with the rights of its owner, whom row security does not hold back. With security_invoker (since 15) it reads with those of the reader.',
      ...fixOf(subject, invoker(subject, shown(name))),
    };
  },
};

function isInvoker({ options }: Fields<'ViewStmt'>): boolean {
  return all('DefElem', options).some(({ defname, arg }) => {
    const value = as('String', arg)?.sval ?? String(as('Boolean', arg)?.boolval ?? 'true');
    return defname === 'security_invoker' && ['true', 'on', '1', 'yes'].includes(value.toLowerCase());
  });
}

function guardedTables({ known }: Subject, { query }: Fields<'ViewStmt'>): string[] {
  const tables = [...nodesOf('RangeVar', query)].flatMap((read) => {
    const name = relationName(read);
    return name && known.table(name)?.rowSecurity ? [shown(name)] : [];
  });
  return [...new Set(tables)];
}

function invoker({ options, statement: { sql } }: Subject, view: string): Fix | undefined {
  if (options.serverMajor < SECURITY_INVOKER) return undefined;
  const alter = `ALTER VIEW ${view} SET (${displayIdentifier('security_invoker')} = true)`;
  return shownFix('read with the rights of the reader', [{ name: 'same', sql: [sql, alter], rollback: [] }]);
}
