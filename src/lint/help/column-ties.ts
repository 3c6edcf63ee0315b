import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Subject } from '../rule.ts';
import { shown } from './shown.ts';
import { shortName } from './tables.ts';

/**
 * What of a column another one cannot be given by statements that are known here: the text of its default, its identity, its
 * place in a primary key or a partition key, foreign keys that point at it. In words; empty where there is nothing.
 */
export function tiesOf({ known }: Pick<Subject, 'known'>, table: QualifiedName, column: string): string[] {
  const held = known.table(table);
  const own = held?.columns.get(column);
  if (!held || !own) return ['whatever is tied to it (it is not known here)'];
  const key = [...held.constraints.values()].find(
    ({ type, columns }) => type === 'primary key' && columns.includes(column),
  );
  const pointing = known.referencing(held.name).filter(({ table: holder, constraint }) => {
    const columns = holder.constraints.get(constraint)?.references?.columns ?? [];
    return columns.includes(column) || (columns.length === 0 && key !== undefined);
  });
  return [
    ...(own.default ? ['its default'] : []),
    ...(own.identity ? ['its identity'] : []),
    ...(own.generated ? ['its expression'] : []),
    ...(key ? [`the primary key ${displayIdentifier(key.name)}`] : []),
    ...(held.partitionedBy?.includes(column) ? ['the partition key'] : []),
    ...pointing.map(
      ({ table: holder, constraint }) =>
        `the foreign key ${displayIdentifier(constraint)} of ${shown(shortName({ known }, holder.name))}`,
    ),
  ];
}
