import type { FormUse } from '../../facts/form.ts';
import type { KnownColumn, KnownTable, KnownType } from '../../known/table.ts';
import { typeOf, typeText } from '../../known/types.ts';
import { displayIdentifier, dollarQuoted } from '../../sql/quote.ts';
import { as } from '../../syntax/tree.ts';
import type { Fix, FixStep } from '../finding.ts';
import type { Subject } from '../rule.ts';
import { type AlterCommand, type AlterTable, alterTableOf, commandOf, restWithout } from './alter-table.ts';
import { backfillStep } from './backfill.ts';
import { type Partners, partnersOf, renameConstraint } from './column-partners.ts';
import { tiesOf } from './column-ties.ts';
import { differs } from './differs.ts';
import { shownFix } from './fix.ts';
import type { Handover } from './handover.ts';
import { nameFor, stepName } from './names.ts';
import { overNewRow } from './new-row.ts';
import { NOT_NULL_CONSTRAINTS, notNullSteps } from './not-null-steps.ts';
import { listed, shown } from './shown.ts';
import { type SyncTrigger, syncTrigger } from './sync-trigger.ts';
import { shortName } from './tables.ts';
import { wordsOf } from './tokens.ts';

/** The change as the statement asks for it. */
interface Change {
  readonly subject: Subject;
  readonly alter: AlterTable;
  readonly column: string;
  /** With the column's COLLATE, as written. */
  readonly type: string;
  readonly wanted: KnownType | undefined;
  /** The new value over the columns of a row, and the same over NEW; without a cast, which would cut what is too long. */
  readonly value: string;
  readonly valueOfNew: string;
  readonly known: KnownTable | undefined;
  /** The statement's other commands. */
  readonly rest: string | undefined;
}

/**
 * A change of type beside reads and writes: a second column that a trigger keeps equal, filled in batches, then the names
 * exchanged in one short transaction. The old column goes when nothing uses it any more. Undefined where something is tied to the
 * column that these statements would lose: see tiesOf.
 */
export function expandAndContract(subject: Subject, use: FormUse): Fix | undefined {
  const change = changeOf(subject, use);
  if (!change) return undefined;
  const successor = { ...change, fresh: newName(change) };
  const ties = tiesOf(successor, change.wanted?.name);
  if (ties.left.length > 0) return undefined;
  const trigger = syncTrigger(change.alter.name, newName(change), change.valueOfNew);
  const partners = partnersOf(successor);
  const steps = [
    expand(change, trigger),
    fill(change),
    ...notNull(change),
    ...partners.steps,
    ...ties.over.steps,
    swap(change, trigger, partners, ties.over),
    contract(change, partners),
  ];
  return shownFix('a new column beside the old one, filled in batches, then the names exchanged', steps);
}

function newName({ column }: Change): string {
  return `${column}_new`;
}

function changeOf(subject: Subject, use: FormUse): Change | undefined {
  const { tree, known } = subject;
  const alter = alterTableOf(subject);
  const part = commandOf(alter, use, 'AT_AlterColumnType');
  const column = part?.command.name;
  if (!tree || !alter || !part || column === undefined) return undefined;
  const { type, using, usingStart } = written(part);
  const name = displayIdentifier(column);
  const definition = as('ColumnDef', part.command.def);
  const expression = definition?.raw_default;
  const valueOfNew = expression && using ? overNewRow(using, part.start + usingStart, expression, tree) : `NEW.${name}`;
  if (!valueOfNew) return undefined;
  return {
    subject,
    alter,
    column,
    type,
    wanted: definition?.typeName && typeOf(known, definition.typeName),
    value: using ?? name,
    valueOfNew,
    known: known.table(alter.name),
    rest: restWithout(alter, part),
  };
}

/** ALTER [COLUMN] name [SET DATA] TYPE type [USING expression] */
function written({ text }: AlterCommand): {
  readonly type: string;
  readonly using?: string;
  readonly usingStart: number;
} {
  const words = wordsOf(text);
  const type = words.find(({ word }) => word === 'TYPE');
  const using = words.find(({ word, depth }) => word === 'USING' && depth === 0);
  const first = words.find(({ start }) => start > (using?.start ?? text.length));
  return {
    type: text.slice(type?.end ?? 0, using?.start ?? text.length).trim(),
    ...(first ? { using: text.slice(first.start) } : {}),
    usingStart: first?.start ?? 0,
  };
}

function expand(change: Change, trigger: SyncTrigger): FixStep {
  const { alter, type, rest } = change;
  const column = displayIdentifier(newName(change));
  return {
    name: stepName('add', alter.name.name, newName(change)),
    sql: [`${alter.head} ADD COLUMN ${column} ${type}`, ...trigger.make, ...(rest === undefined ? [] : [rest])],
    rollback: [...trigger.drop, `${alter.head} DROP COLUMN ${column}`],
  };
}

function fill(change: Change): FixStep {
  const { alter, known, value } = change;
  return backfillStep({ table: alter.name, known, column: newName(change), value, missing: unlike(change) });
}

/** The rows whose new column is not what the old one asks for: a row that is filled is none of them, even where that is NULL. */
function unlike(change: Change): string {
  return differs(change.wanted, displayIdentifier(newName(change)), `((${change.value})::${change.type})`);
}

function notNull(change: Change): FixStep[] {
  const { subject, alter } = change;
  if (!held(change)?.notNull) return [];
  const { head, name: table } = alter;
  const { known, options } = subject;
  return notNullSteps({ head, table, column: newName(change), known, serverMajor: options.serverMajor });
}

function held({ known, column }: Change): KnownColumn | undefined {
  return known?.columns.get(column);
}

/**
 * Nobody waits long: nothing is read or written. The way back reads the table: from the exchange on nothing feeds the old column
 * (a trigger that did would refuse the very values that the change is for), so what was written since comes over first.
 */
function swap(change: Change, trigger: SyncTrigger, partners: Partners, { there, back }: Handover): FixStep {
  const { alter, column } = change;
  const [name, fresh, old] = [column, newName(change), `${column}_old`].map(displayIdentifier);
  const relax = held(change)?.notNull ? [`${alter.head} ALTER COLUMN ${old} DROP NOT NULL`] : [];
  const tighten = held(change)?.notNull ? [`${alter.head} ALTER COLUMN ${name} SET NOT NULL`] : [];
  return {
    name: stepName('exchange', alter.name.name, column),
    comment: [
      `Exchange ${old} and ${name}`,
      ...reminders(change, partners),
      'From here on only the new column is written: the way back blocks the table, reads all of it, brings over what was written since, and fails where that does not fit',
    ],
    sql: [
      ...trigger.drop,
      ...there.before,
      `${alter.head} RENAME COLUMN ${name} TO ${old}`,
      `${alter.head} RENAME COLUMN ${fresh} TO ${name}`,
      ...there.after,
      ...relax,
    ],
    rollback: [
      ...back.before,
      `${alter.head} RENAME COLUMN ${name} TO ${fresh}`,
      `${alter.head} RENAME COLUMN ${old} TO ${name}`,
      bringBack(change),
      ...tighten,
      ...back.after,
      ...trigger.make,
    ],
  };
}

/**
 * Gives the old column the values that only the new one has, while RENAME's lock keeps everybody else out. Rows that were not
 * written since keep the value they had, which the new type may only hold in part. Then each value must lead to the new one again:
 * the reverse of a USING expression is not known.
 */
function bringBack(change: Change): string {
  const { alter, column } = change;
  const [table, name, fresh] = [shown(alter.name), displayIdentifier(column), displayIdentifier(newName(change))];
  const body = [
    'BEGIN',
    `  UPDATE ${table} SET ${name} = ${fresh}${castBack(change)} WHERE ${unlike(change)};`,
    `  IF EXISTS (SELECT FROM ${table} WHERE ${unlike(change)}) THEN`,
    "    RAISE EXCEPTION 'values written since the exchange do not fit the old column';",
    '  END IF;',
    'END',
  ];
  return `DO ${dollarQuoted(`\n${body.join('\n')}\n`, 'back', true)}`;
}

/** By way of text, which every type can be read from; without a length, since a cast would cut and an assignment complains. */
function castBack(change: Change): string {
  const type = held(change)?.type;
  if (!type || type.name === 'bpchar' || type.name === 'bit') return '';
  return `::pg_catalog.text::${typeText({ ...type, modifiers: [] })}`;
}

/** What does not come over by itself. */
function reminders(change: Change, { left }: Partners): string[] {
  const fresh = displayIdentifier(newName(change));
  const views = viewsOn(change);
  return [
    ...(left.length > 0 ? [`Before it, on ${fresh} as well: ${listed(left)}.`] : []),
    ...(views.length > 0 ? [`In this file, make anew what would go on reading the old column: ${listed(views)}.`] : []),
  ];
}

function viewsOn({ subject, known, column }: Change): string[] {
  const views = known ? subject.known.dependents(known.name) : [];
  const reading = views.filter((view) => {
    const mentions = subject.known.table(view)?.mentions ?? [];
    return mentions.includes(column) || mentions.includes('*');
  });
  return reading.map((view) => shown(shortName(subject, view)));
}

function contract(change: Change, { rename }: Partners): FixStep {
  const { alter, column } = change;
  return {
    name: stepName('drop', alter.name.name, column, 'old'),
    comment: [
      `Drop ${alter.name.name}.${column}_old, when nothing has used it for a release`,
      'Allow: ban-drop-column its values are in the new column',
    ],
    sql: [`${alter.head} DROP COLUMN ${displayIdentifier(`${column}_old`)}`, ...rename, ...notNullName(change)],
    rollback: [],
  };
}

/** Where NOT NULL is a constraint, it gets the name that the old column's had. */
function notNullName(change: Change): string[] {
  const { subject, alter, column, known } = change;
  if (!held(change)?.notNull || subject.options.serverMajor < NOT_NULL_CONSTRAINTS) return [];
  const constraints = [...(known?.constraints.values() ?? [])];
  const own = constraints.find(({ type, columns }) => type === 'not null' && columns.includes(column))?.name;
  const fresh = nameFor(subject.known, alter.name, [newName(change)], 'not_null');
  return [renameConstraint(alter, fresh, own ?? `${alter.name.name}_${column}_not_null`)];
}
