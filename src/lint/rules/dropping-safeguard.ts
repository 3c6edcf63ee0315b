import type { KnownConstraint } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName, stringsOf } from '../../syntax/names.ts';
import { as, type Node } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import type { Complaint } from '../finding.ts';
import { type Around, withAround } from '../help/around.ts';
import { addedConstraints, type DroppedConstraint, droppedConstraints } from '../help/constraint-drops.ts';
import { tableCommands } from '../help/drops.ts';
import { partOf } from '../help/part-of.ts';
import { isSame } from '../help/same-name.ts';
import { shown } from '../help/shown.ts';
import { shownColumn } from '../help/shown-column.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'dropping-safeguard',
  topic: 'compatibility',
  summary:
    'A trigger, policy, CHECK, EXCLUDE or generated expression is dropped, and what it did for writes is not done any more',
  severity: 'note',
  weighed: false,
  aliases: [
    'squawk:ban-drop-trigger',
    'squawk:ban-drop-policy',
    'squawk:ban-drop-constraint',
    'squawk:ban-drop-generated-expression',
  ],
  on: ['DropStmt', 'AT_DropConstraint', 'AT_DropExpression'],
  file: (file) => withAround(file, rule, judge),
};

const WHY =
  'What has come in meanwhile stays. Let the code do itself what it relied on, or make the next one in the transaction that drops this one.';

function* judge(subject: Subject, around: Around): Generator<Complaint> {
  const others = (table: string) => [...around.earlier(table), ...around.later(table)];
  const messages = [...objectsOf(subject, others), ...constraintsOf(subject, others), ...expressionsOf(subject)];
  for (const message of messages) yield { message, why: WHY, ...partOf(subject, PARTS) };
}

const PARTS = ['drop-trigger', 'drop-policy', 'drop-constraint', 'drop-expression'] as const;

/** The others of the transaction that may speak of a table. */
type Naming = (table: string) => readonly Subject[];

/** DROP TRIGGER and DROP POLICY: the table's name, and then its own. */
function objectsOf(subject: Subject, others: Naming): string[] {
  const stmt = as('DropStmt', subject.tree?.node);
  const isPolicy = stmt?.removeType === 'OBJECT_POLICY';
  if (!stmt || (!isPolicy && stmt.removeType !== 'OBJECT_TRIGGER')) return [];
  return (stmt.objects ?? []).flatMap((object) => {
    const names = stringsOf(as('List', object)?.items);
    const [name = '', table = '', schema] = [...names].reverse();
    const on = schema === undefined ? { name: table } : { schema, name: table };
    if (subject.isNew(subject.known.table(on)) || others(table).some((one) => makes(one, on, name))) return [];
    const own = shown({ name });
    return isPolicy
      ? [`the policy ${own} of ${shown(on)} neither shows rows nor holds them back from the commit on`]
      : [`writes to ${shown(on)} go on without the trigger ${own} from the commit on`];
  });
}

function makes({ tree, known }: Subject, table: QualifiedName, name: string): boolean {
  const trigger = as('CreateTrigStmt', tree?.node);
  const policy = as('CreatePolicyStmt', tree?.node);
  const on = relationName(trigger?.relation ?? policy?.table);
  return (trigger?.trigname ?? policy?.policy_name) === name && isSame(known, on, table);
}

const STATES: { readonly [type in KnownConstraint['type']]?: string } = { check: '23514', exclusion: '23P01' };

function constraintsOf(subject: Subject, others: Naming): string[] {
  return droppedConstraints(subject).flatMap((one) => {
    const state = one.known && STATES[one.known.type];
    if (
      !one.known ||
      state === undefined ||
      isNeedless(subject, one) ||
      isReplaced([subject, ...others(one.table.name)], one)
    )
      return [];
    const name = shown({ name: one.name });
    return [
      `nothing keeps ${name} of ${shown(one.table)} from the commit on: rows come in that it refused, and its way back fails on them (${state})`,
    ];
  });
}

/** The CHECK that proved to SET NOT NULL what the column keeps by itself since. */
function isNeedless({ known }: Subject, { table, known: constraint }: DroppedConstraint): boolean {
  const { NullTest: test } = (constraint?.expression ?? {}) as { NullTest?: { arg?: Node; nulltesttype?: string } };
  const column = stringsOf([...nodesOf('ColumnRef', test)][0]?.fields).at(-1);
  const isNotNull = test?.nulltesttype === 'IS_NOT_NULL' && as('ColumnRef', test.arg) !== undefined;
  return isNotNull && column !== undefined && known.table(table)?.columns.get(column)?.notNull === true;
}

/** The same transaction adds another one of its kind. */
function isReplaced(all: readonly Subject[], { table, known }: DroppedConstraint): boolean {
  const kind = known?.type === 'check' ? 'CONSTR_CHECK' : 'CONSTR_EXCLUSION';
  return addedConstraints(all, table).some(({ contype }) => contype === kind);
}

function expressionsOf(subject: Subject): string[] {
  return tableCommands(subject, 'AT_DropExpression')
    .filter(({ table }) => !subject.isNew(subject.known.table(table)))
    .map(
      ({ table, cmd }) =>
        `${shownColumn(table, cmd.name ?? '')} is not computed any more from the commit on: rows get what writes give it, or NULL`,
    );
}
