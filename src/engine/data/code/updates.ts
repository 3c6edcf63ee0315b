import type { KeyValue } from '../../../batch/key.ts';
import type { DataRow } from './api.ts';
import type { CodeColumns, MadeUpdate, ReadRow } from './code-rows.ts';
import { textOfValue } from './values.ts';

/** What code has given back cannot be written: the code is wrong, not a row. */
export class WrongUpdate extends Error {
  override readonly name = 'WrongUpdate';
}

/** A row as code is given it. */
export interface CodeRow extends Pick<ReadRow, 'key' | 'seen'> {
  readonly row: DataRow;
}

/** Rows in one text, to be found by their keys. */
export function keyName(key: KeyValue): string {
  return JSON.stringify(key);
}

/** What a call has given back for its rows. Throws WrongUpdate. */
export function readUpdates(rows: readonly CodeRow[], given: unknown, columns: CodeColumns): MadeUpdate[] {
  const made = given instanceof Map ? ofMap(rows, given, columns) : ofList(rows, given, columns);
  const names = new Set<string>();
  const twice = made.find(({ key }) => names.size === names.add(keyName(key)).size);
  if (twice) throw new WrongUpdate(`it gave back two updates of the row ${twice.key.join(', ')}`);
  return made;
}

function ofMap(rows: readonly CodeRow[], given: ReadonlyMap<unknown, unknown>, columns: CodeColumns): MadeUpdate[] {
  const known = new Map<unknown, CodeRow>(rows.map((one) => [one.row, one]));
  return [...given].map(([row, update]) => {
    const read = known.get(row);
    if (!read) throw new WrongUpdate('its map has a key that is none of the rows that it was given');
    return updateOf(read, update, columns);
  });
}

function ofList(rows: readonly CodeRow[], given: unknown, columns: CodeColumns): MadeUpdate[] {
  if (!Array.isArray(given)) throw new WrongUpdate(`it gave back ${kindOf(given)}, not a list or a map of updates`);
  const known = new Map(rows.map((one) => [keyName(one.key), one]));
  return given.map((update: unknown) => {
    const key = columns.key.map(({ name, form }) => textOfValue(fieldOf(update, name), form) ?? null);
    const read = known.get(JSON.stringify(key));
    if (read) return updateOf(read, update, columns);
    const names = columns.key.map(({ name }) => name).join(', ');
    throw new WrongUpdate(`it gave back an update whose ${names} is that of none of its rows: ${key.join(', ')}`);
  });
}

function updateOf({ key, seen }: CodeRow, update: unknown, { written, ...columns }: CodeColumns): MadeUpdate {
  const other = Object.keys(update ?? {}).find(
    (name) => !written.some((one) => one.name === name) && !columns.key.some((one) => one.name === name),
  );
  if (other !== undefined) throw new WrongUpdate(`it gave back ${other}, which the header Writes does not name`);
  const values = written.map(({ name, form }) => {
    const text = textOfValue(fieldOf(update, name), form);
    if (text !== undefined) return text;
    const found = fieldOf(update, name);
    throw new WrongUpdate(`it gave back ${kindOf(found)} as ${name} of the row ${key.join(', ')}`);
  });
  return { key, seen, values };
}

function fieldOf(update: unknown, name: string): unknown {
  if (typeof update !== 'object' || update === null) return undefined;
  return Object.hasOwn(update, name) ? (update as Record<string, unknown>)[name] : undefined;
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return typeof value === 'object' ? `an object (${value.constructor?.name ?? 'Object'})` : `a ${typeof value}`;
}
