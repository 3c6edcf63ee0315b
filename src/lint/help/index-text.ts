import { renamedColumn } from '../../known/expression.ts';
import type { IndexKey, KnownIndex } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { expressionText } from '../../syntax/expression-text.ts';
import { columnList } from './shown.ts';

/** A column in the place of another. */
export interface InPlace {
  readonly column: string;
  readonly fresh: string;
}

export function inPlace(columns: readonly string[], { column, fresh }: InPlace): string[] {
  return columns.map((one) => (one === column ? fresh : one));
}

/** Whether a column is in a key, an expression, the condition or what is included. */
export function isOn({ columns, included, mentions }: KnownIndex, column: string): boolean {
  return [...columns, ...included, ...mentions].includes(column);
}

/**
 * What stands behind ON and the table's name for the same index on another column. Undefined where not all of it is known: its
 * expressions and its condition are only where it came from a file.
 */
export function indexText(index: KnownIndex, to: InPlace): string | undefined {
  const { method, included, nullsNotDistinct, partial, predicate } = index;
  const keys = keyTexts(index, to);
  const where = partial ? expressionText(renamedColumn(predicate, to.column, to.fresh)) : '';
  if (!keys || where === undefined) return undefined;
  return [
    ...(method === 'btree' ? [] : [`USING ${displayIdentifier(method)}`]),
    `(${keys.join(', ')})`,
    ...(included.length > 0 ? [`INCLUDE ${columnList(inPlace(included, to))}`] : []),
    ...(nullsNotDistinct ? ['NULLS NOT DISTINCT'] : []),
    ...(where === '' ? [] : [`WHERE ${where}`]),
  ].join(' ');
}

function keyTexts({ columns, plain, keys, expressions = [] }: KnownIndex, to: InPlace): string[] | undefined {
  const options = plain ? [] : keys;
  if (!options) return undefined;
  const left = [...expressions];
  const texts = columns.map((column, i) => {
    const key = column === undefined ? expressionKey(left.shift(), to) : displayIdentifier(inPlace([column], to)[0]!);
    const option = optionText(options[i]);
    return key === undefined || option === undefined ? undefined : `${key}${option}`;
  });
  return texts.includes(undefined) ? undefined : texts.flatMap((text) => text ?? []);
}

function expressionKey(
  expression: Parameters<typeof expressionText>[0],
  { column, fresh }: InPlace,
): string | undefined {
  const text = expressionText(renamedColumn(expression, column, fresh));
  return text === undefined ? undefined : `(${text})`;
}

function optionText({ collation, operatorClass, descending, nullsFirst }: IndexKey = {}): string | undefined {
  // Options of an operator class are kept as the tree that they came in.
  if (operatorClass?.includes('[')) return undefined;
  return [
    collation === undefined ? '' : ` COLLATE ${displayIdentifier(collation)}`,
    operatorClass === undefined ? '' : ` ${displayIdentifier(operatorClass)}`,
    descending ? ' DESC' : '',
    (descending ?? false) === (nullsFirst ?? false) ? '' : ` NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`,
  ].join('');
}
