import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf, relationName } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import type { Complaint } from '../finding.ts';
import { dropped, tableCommands } from '../help/drops.ts';
import { isSame } from '../help/same-name.ts';
import { shown } from '../help/shown.ts';
import { shownColumn } from '../help/shown-column.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'resetting-sequence',
  topic: 'compatibility',
  summary: 'A sequence in use is set to a number, RESTART or CYCLE, and may hand out numbers a second time',
  severity: 'warning',
  weighed: false,
  aliases: ['squawk:ban-alter-sequence-values'],
  on: ['AlterSeqStmt', 'CreateSeqStmt', 'AT_SetIdentity', 'SelectStmt'],
  *statement(subject) {
    const names = [...sequences(subject), ...madeAgain(subject), ...identities(subject), ...setByCall(subject)];
    if (names.length === 0 || emptiesBefore(subject)) return;
    for (const name of names) yield complaint(name);
  },
};

function complaint(name: string): Complaint {
  return {
    message: `${name} may hand out numbers again that are in use: INSERTs fail where these are unique (23505), else two rows share one`,
    why: 'A number that is right when it is written is not when it runs. setval of max() + 1 over the column, in the transaction that locks the table against writes, cannot fall behind.',
  };
}

/** Without rows there is no number in use. */
function emptiesBefore({ before }: Subject): boolean {
  return before.some(({ tree }) => as('TruncateStmt', tree?.node) !== undefined);
}

function sequences(subject: Subject): string[] {
  const stmt = as('AlterSeqStmt', subject.tree?.node);
  const name = relationName(stmt?.sequence);
  return name && goesBack(stmt?.options) && !isNewSequence(subject, name) ? [shown(name)] : [];
}

/** Another one of the name begins from its beginning. */
function madeAgain({ tree, known, before }: Subject): string[] {
  const name = relationName(as('CreateSeqStmt', tree?.node)?.sequence);
  if (!name) return [];
  const isGone = (one: Subject) => dropped(one, 'OBJECT_SEQUENCE').some((other) => isSame(known, name, other));
  const old = before.find(isGone);
  return old && !isNewSequence(old, name) ? [shown(name)] : [];
}

function goesBack(options: readonly Node[] | undefined): boolean {
  return all('DefElem', options).some(
    ({ defname, arg }) => defname === 'restart' || (defname === 'cycle' && as('Boolean', arg)?.boolval === true),
  );
}

function identities(subject: Subject): string[] {
  return tableCommands(subject, 'AT_SetIdentity')
    .filter(({ table, cmd }) => goesBack(as('List', cmd.def)?.items) && !subject.isNew(subject.known.table(table)))
    .map(({ table, cmd }) => shownColumn(table, cmd.name ?? ''));
}

/** SELECT setval('invoice_number', 1) */
function setByCall(subject: Subject): string[] {
  const select = as('SelectStmt', subject.tree?.node);
  return [...nodesOf('FuncCall', select?.targetList)].flatMap((call) => {
    const name = nameOf(call.funcname)?.name === 'setval' ? constantArguments(call) : undefined;
    return name && !isNewSequence(subject, name) ? [shown(name)] : [];
  });
}

/** The sequence, where both arguments are written as constants. */
function constantArguments({ args = [] }: Fields<'FuncCall'>): QualifiedName | undefined {
  const [sequence, value] = args.map((arg) => as('A_Const', as('TypeCast', arg)?.arg ?? arg));
  const written = sequence?.sval?.sval;
  if (written === undefined || !(value?.ival || value?.fval)) return undefined;
  const [name = '', schema] = written
    .split('.')
    .reverse()
    .map((part) => part.replaceAll('"', ''));
  return schema === undefined ? { name } : { schema, name };
}

function isNewSequence(subject: Subject, name: QualifiedName): boolean {
  const known = subject.known.table(name);
  return subject.isNew(known) || subject.isNew(known?.ownedBy && subject.known.table(known.ownedBy.table));
}
