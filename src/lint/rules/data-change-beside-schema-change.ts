import type { FormUse } from '../../facts/form.ts';
import { effectOn, LOCK_MODES, type LockMode } from '../../facts/form.ts';
import { lockModeName } from '../../sql/lock-modes.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint } from '../finding.ts';
import { dataChanges, relationsRead } from '../help/changed-rows.ts';
import { firstBefore } from '../help/first-before.ts';
import { reachOf } from '../help/reach.ts';
import { shown } from '../help/shown.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'data-change-beside-schema-change',
  topic: 'data',
  summary: 'Rows are changed in the transaction that also changes the schema of a table in use',
  severity: 'warning',
  weighed: true,
  *statement(subject) {
    if (!subject.transactional) return;
    const [changed] = tablesChanged(subject);
    const locked = changed && lockedBefore(subject);
    if (changed && locked) yield afterwards(subject, changed, locked);
    const own = changed ? undefined : strongLock(subject);
    const before = own && changedBefore(subject);
    if (own && before) yield beforehand(own, before, subject);
  },
};

interface Locked {
  readonly use: FormUse;
  readonly table: QualifiedName;
  readonly mode: LockMode;
}

/** The first lock on a table in use that keeps others from writing. */
function strongLock(subject: Subject): Locked | undefined {
  for (const use of subject.uses) {
    const { lock } = effectOn(use.form, subject.options.serverMajor);
    if (!lock || !use.target || LOCK_MODES.indexOf(lock) < LOCK_MODES.indexOf('ShareLock')) continue;
    const table = subject.known.table(use.target) ?? subject.known.index(use.target)?.table;
    if (subject.isNew(table) || (table && !table.kind.endsWith('table'))) continue;
    return { use, table: use.target, mode: lock };
  }
  return undefined;
}

const lockedBefore = firstBefore(strongLock);
const changedBefore = firstBefore((earlier) => tablesChanged(earlier)[0]);

/** Tables in use of which this changes more than a batch, or into which it copies rows. */
function tablesChanged(subject: Subject): QualifiedName[] {
  const changed = dataChanges(subject).filter((change) => reachOf(subject, change) !== 'bounded');
  const tables = [...changed.map(({ table }) => table), ...copied(subject)];
  return tables.filter((name) => !subject.isNew(subject.known.table(name)));
}

function copied({ tree }: Subject): QualifiedName[] {
  const insert = as('InsertStmt', tree?.node);
  const select = as('SelectStmt', insert?.selectStmt);
  const target = relationName(insert?.relation);
  return target && select && !select.limitCount && relationsRead(select).length > 0 ? [target] : [];
}

function afterwards({ known }: Subject, changed: QualifiedName, { use, table, mode }: Locked): Complaint {
  return {
    message: `${shown(table)} stays locked under ${lockModeName(mode)} by a statement above until the rows of ${shown(changed)} are changed and the transaction ends`,
    why: 'A schema change needs its lock for an instant, a change of rows takes as long as there are rows. Put the rows into a file of their own.',
    table: known.resolve(use.target ?? changed),
  };
}

function beforehand({ use, table, mode }: Locked, changed: QualifiedName, { known }: Subject): Complaint {
  return {
    message: `this waits for ${lockModeName(mode)} on ${shown(table)} while the rows of ${shown(changed)} that were changed above stay locked`,
    why: 'Whoever holds a lock on one and waits for the other makes a deadlock of it. Put the rows into a file of their own.',
    use,
    table: known.resolve(use.target ?? changed),
  };
}
