import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import type { Complaint, Fix } from '../finding.ts';
import { fixBeside, fixOf } from '../help/fix.ts';
import { mentioning } from '../help/mentions.ts';
import { isSame } from '../help/same-name.ts';
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
  on: ['ViewStmt'],
  *file({ body }) {
    for (const subject of body) {
      const view = as('ViewStmt', subject.tree?.node);
      const name = relationName(view?.view);
      if (!view || !name || isMeant(subject, view.options)) continue;
      const guarded = guardedTables(subject, view);
      if (guarded.length > 0 && !isAlteredLater(body, subject, name))
        yield { subject, ...complaint(subject, name, guarded) };
    }
  },
};

function complaint(subject: Subject, name: QualifiedName, guarded: readonly string[]): Complaint {
  const view = as('ViewStmt', subject.tree?.node)?.view;
  return {
    offset: subject.tree?.offsetOf(view?.location) ?? 0,
    message: `whoever may read ${shown(name)} sees the rows of ${listed(guarded)} that the owner of the view may see, not their own`,
    why: 'A view reads with the rights of its owner, whom row security does not hold back. With security_invoker (since 15) it reads with those of the reader.',
    ...fixOf(subject, invoker(subject, shown(name))),
  };
}

/** ALTER VIEW ... SET (security_invoker = true) */
function isAlteredLater(body: readonly Subject[], { index, known }: Subject, name: QualifiedName): boolean {
  return mentioning(body, name.name).some((later) => {
    const alter = as('AlterTableStmt', later.tree?.node);
    if (later.index <= index || !isSame(known, relationName(alter?.relation), name)) return false;
    return all('AlterTableCmd', alter?.cmds).some(({ def }) => has('security_invoker', as('List', def)?.items));
  });
}

/** Before there is security_invoker, security_barrier says that the view itself chooses the rows. */
function isMeant({ options: { serverMajor } }: Subject, options: readonly Node[] | undefined): boolean {
  return has('security_invoker', options) || (serverMajor < SECURITY_INVOKER && has('security_barrier', options));
}

/** Whether an option of a view is there and on. */
function has(option: string, options: readonly Node[] | undefined): boolean {
  return all('DefElem', options).some(({ defname, arg }) => {
    const value = as('String', arg)?.sval ?? String(as('Boolean', arg)?.boolval ?? 'true');
    return defname === option && ['true', 'on', '1', 'yes'].includes(value.toLowerCase());
  });
}

function guardedTables({ known }: Subject, { query }: Fields<'ViewStmt'>): string[] {
  const tables = nodesOf('RangeVar', query).flatMap((read) => {
    const name = relationName(read);
    return name && known.table(name)?.rowSecurity ? [shown(name)] : [];
  });
  return [...new Set(tables)];
}

function invoker(subject: Subject, view: string): Fix | undefined {
  if (subject.options.serverMajor < SECURITY_INVOKER) return undefined;
  const alter = `ALTER VIEW ${view} SET (security_invoker = true)`;
  return fixBeside(subject, 'read with the rights of the reader', 'behind', alter);
}
