import type { KnownColumn, KnownTable } from '../../known/table.ts';
import { displayIdentifier, quoteLiteral } from '../../sql/quote.ts';
import { expressionText } from '../../syntax/expression-text.ts';
import type { Subject } from '../rule.ts';
import type { Successor } from './column-partners.ts';
import { each, type Handover, handover } from './handover.ts';
import { shown } from './shown.ts';
import { shortName } from './tables.ts';

/** A column's default or identity goes over in the exchange; undefined where its text is not known. */
export function valuesOver(successor: Successor, toType: string | undefined): Handover | undefined {
  const held = successor.known?.columns.get(successor.column);
  if (held?.identity) return identityOver(successor, held);
  return held?.default ? defaultOver(successor, held, toType) : handover({});
}

/** Of serial, and of an identity. */
export function sequenceOf({ known }: Pick<Subject, 'known'>, table: KnownTable, column: string) {
  const [first, ...others] = known.sequencesOf(table.name).filter(({ ownedBy }) => ownedBy?.column === column);
  return others.length === 0 ? first : undefined;
}

/** The text of a default: that of a serial column is in no file. */
function defaultText({ subject, known, column }: Successor, { default: how, defaultValue }: KnownColumn) {
  if (defaultValue) return expressionText(defaultValue);
  const sequence = known && how === 'volatile' ? sequenceOf(subject, known, column) : undefined;
  return sequence && `nextval(${quoteLiteral(shown(shortName(subject, sequence.name)))})`;
}

const INTEGERS: Readonly<Record<string, string>> = { int2: 'smallint', int4: 'integer', int8: 'bigint' };

function defaultOver(successor: Successor, held: KnownColumn, toType: string | undefined): Handover | undefined {
  const { subject, alter, known, column, fresh } = successor;
  const text = defaultText(successor, held);
  if (text === undefined || !known) return undefined;
  const sequence = sequenceOf(subject, known, column);
  const move = (to: string, from: string, type: string | undefined) => [
    ...each(alter, `ALTER COLUMN ${displayIdentifier(to)} SET DEFAULT ${text}`),
    ...each(alter, `ALTER COLUMN ${displayIdentifier(from)} DROP DEFAULT`),
    ...(sequence
      ? sequenceTo(shown(shortName(subject, sequence.name)), `${shown(alter.name)}.${displayIdentifier(to)}`, type)
      : []),
  ];
  return handover({
    there: { before: [], after: move(column, `${column}_old`, toType) },
    back: { before: [], after: move(column, fresh, held.type?.name) },
  });
}

function sequenceTo(sequence: string, owner: string, type: string | undefined): string[] {
  const integer = INTEGERS[type ?? ''];
  return [
    `ALTER SEQUENCE ${sequence} OWNED BY ${owner}`,
    ...(integer ? [`ALTER SEQUENCE ${sequence} AS ${integer}`] : []),
  ];
}

/** Its sequence goes with the column: the other column's goes on where it ended, under its name. */
function identityOver(successor: Successor, { identityKind }: KnownColumn): Handover | undefined {
  const { subject, alter, known, column, fresh } = successor;
  const sequence = known && sequenceOf(subject, known, column)?.name;
  if (!sequence || !identityKind) return undefined;
  const ended = (end: string) => ({ ...shortName(subject, sequence), name: `${sequence.name}_${end}` });
  const move = (from: string, end: string) => [
    `ALTER SEQUENCE ${shown(shortName(subject, sequence))} RENAME TO ${displayIdentifier(ended(end).name)}`,
    ...each(alter, `ALTER COLUMN ${displayIdentifier(column)} ADD GENERATED ${identityKind} AS IDENTITY`),
    `SELECT setval(pg_get_serial_sequence(${quoteLiteral(shown(alter.name))}, ${quoteLiteral(column)}), nextval(${quoteLiteral(shown(ended(end)))}))`,
    ...each(alter, `ALTER COLUMN ${displayIdentifier(from)} DROP IDENTITY`),
  ];
  return handover({
    there: { before: [], after: move(`${column}_old`, 'old') },
    back: { before: [], after: move(fresh, 'new') },
  });
}
