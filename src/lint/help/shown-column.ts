import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { listed, shown } from './shown.ts';

/** `orders.total` */
export function shownColumn(table: QualifiedName, column: string): string {
  return `${shown(table)}.${displayIdentifier(column)}`;
}

const FEW = 4;

/** Like `listed`; of many only the first: `a, b, c and 7 more`. */
export function listedFew(all: readonly string[]): string {
  return all.length > FEW ? `${all.slice(0, FEW - 1).join(', ')} and ${all.length - FEW + 1} more` : listed(all);
}
