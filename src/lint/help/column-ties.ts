import { displayIdentifier } from '../../sql/quote.ts';
import { keyOver, keysOn, type Pointing, pointingAt, pointingOver } from './column-keys.ts';
import { valuesOver } from './column-numbers.ts';
import type { Successor } from './column-partners.ts';
import { type Handover, inTurn } from './handover.ts';
import { shown } from './shown.ts';
import { shortName } from './tables.ts';

/** What is tied to a column so that another one has to take it over in the moment of the exchange. */
interface Ties {
  readonly over: Handover;
  /** What no statements that are known here can give to another column, in words; mostly empty. */
  readonly left: readonly string[];
}

/** One thing: what it is called, and how it goes over. */
type Tie = readonly [words: string, over: Handover | undefined];

/**
 * Its default or identity, the keys that it is in, foreign keys that point at it. `toType`: PostgreSQL's name of the type that the
 * other column has.
 */
export function tiesOf(successor: Successor, toType: string | undefined): Ties {
  const all = tiesTo(successor, toType);
  return {
    over: inTurn(all.flatMap(([, over]) => over ?? [])),
    left: all.flatMap(([words, over]) => (over ? [] : [words])),
  };
}

function tiesTo(successor: Successor, toType: string | undefined): Tie[] {
  const { known, column } = successor;
  const own = known?.columns.get(column);
  if (!known || !own) return [['whatever is tied to it (it is not known here)', undefined]];
  const canIndex = known.kind === 'table';
  return [
    [own.identity ? 'its identity' : 'its default', valuesOver(successor, toType)],
    ...(own.generated ? [['its expression', undefined] as const] : []),
    ...(known.partitionedBy?.includes(column) ? [['the partition key', undefined] as const] : []),
    ...keysOn(known, column).map(({ constraint, index }): Tie => {
      const words = `the ${constraint.type} constraint ${displayIdentifier(constraint.name)}`;
      return [words, index && canIndex ? keyOver(successor, { constraint, index }) : undefined];
    }),
    ...pointingAt(successor).map((one): Tie => [pointingWords(successor, one), pointingTo(successor, one)]),
  ];
}

function pointingWords({ subject }: Successor, { holder, key }: Pointing): string {
  return `the foreign key ${displayIdentifier(key.name)} of ${shown(shortName(subject, holder.name))}`;
}

/** A partitioned table takes no foreign key without reading all of its rows. */
function pointingTo(successor: Successor, one: Pointing): Handover | undefined {
  const pointsAtItself = one.holder.name === successor.known?.name && one.key.columns.includes(successor.column);
  return one.holder.kind === 'table' && !pointsAtItself ? pointingOver(successor, one) : undefined;
}
