import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { listed, shown } from './shown.ts';

/** `orders.total` */
export function shownColumn(table: QualifiedName, column: string): string {
  return `${shown(table)}.${displayIdentifier(column)}`;
}

/** So many are all shown. */
export const FEW = 4;

/** Like `listed`; of many only the first: `a, b, c and 7 more`. `count`: how many they are, where not all are given. */
export function listedFew(names: readonly string[], count = names.length): string {
  return count > FEW ? `${names.slice(0, FEW - 1).join(', ')} and ${count - FEW + 1} more` : listed(names);
}
