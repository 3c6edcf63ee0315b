import type { KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { shown } from './shown.ts';

/** So many rows a transaction: about 0.2 s of writing, during which whoever changes one of them waits. */
const ROWS = 10_000;

/** The header that a file with such a loop needs: a DO block cannot commit inside a transaction. */
export const LOOP_HEADER = 'Transaction: none';

/**
 * The column that a loop goes by: the primary key, or what that is probably called where the table is not known; undefined where
 * the table has none, or one of several columns. All rows with one value of the first of them would be one batch.
 */
export function loopKey(known: KnownTable | undefined): string | undefined {
  if (!known) return 'id';
  const key = [...known.constraints.values()].find(({ type }) => type === 'primary key');
  return key?.columns.length === 1 ? key.columns[0] : undefined;
}

/**
 * A DO block that runs a change range by range of the key, each range in a transaction of its own, in the order of the key, so
 * that no row is looked at twice. `change`: the statement for a condition on the range. Killed half-way, it begins anew.
 */
export function batchLoop(table: QualifiedName, key: string, change: (range: string) => string): string {
  const [name, column] = [shown(table), displayIdentifier(key)];
  const next = (condition: string) => `SELECT ${column} FROM ${name}${condition} ORDER BY ${column} LIMIT 1`;
  const body = [
    'DECLARE',
    `  first_key ${name}.${column}%TYPE := (${next('')});`,
    `  last_key ${name}.${column}%TYPE;`,
    'BEGIN',
    '  WHILE first_key IS NOT NULL LOOP',
    `    last_key := (SELECT ${column} FROM (SELECT ${column} FROM ${name} WHERE ${column} >= first_key ORDER BY ${column} LIMIT ${ROWS}) AS batch ORDER BY ${column} DESC LIMIT 1);`,
    `    ${change(`${column} BETWEEN first_key AND last_key`)};`,
    '    COMMIT;',
    `    first_key := (${next(` WHERE ${column} > last_key`)});`,
    '  END LOOP;',
    'END',
  ];
  return `DO $$\n${body.join('\n')}\n$$`;
}

/**
 * The same where there is no key: whatever rows come first of those that still want it, until none does. Each round passes over
 * the rows that are done. `wanting` has to be false for every row that has been changed, or it never ends. `change`: the
 * statement for a condition on the rows.
 */
export function sweepLoop(table: QualifiedName, wanting: string, change: (rows: string) => string): string {
  const rows = `ctid = ANY (ARRAY(SELECT ctid FROM ${shown(table)} WHERE ${wanting} LIMIT ${ROWS}))`;
  const body = [
    'BEGIN',
    '  LOOP',
    `    ${change(rows)};`,
    '    EXIT WHEN NOT FOUND;',
    '    COMMIT;',
    '  END LOOP;',
    'END',
  ];
  return `DO $$\n${body.join('\n')}\n$$`;
}
