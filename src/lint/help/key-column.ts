import { stringsOf } from '../../syntax/names.ts';
import { all, as } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import type { Subject } from '../rule.ts';
import type { WrittenColumn } from './columns.ts';

/** Types of serial columns by the type that they really have. */
export const SERIALS: Readonly<Record<string, 'smallint' | 'integer' | 'bigint'>> = {
  smallserial: 'smallint',
  serial2: 'smallint',
  serial: 'integer',
  serial4: 'integer',
  bigserial: 'bigint',
  serial8: 'bigint',
};

/** Whether the column numbers the rows of its table: one value for each, handed out or alone in the primary key. */
export function numbersRows(subject: Subject, column: WrittenColumn, type: string): boolean {
  if (type in SERIALS) return true;
  if (column.constraints.some(({ contype }) => contype === 'CONSTR_IDENTITY')) return true;
  return (isAloneInPrimaryKey(subject, column) && !refersToAnother(subject, column)) || takesFromSequence(column);
}

function isAloneInPrimaryKey({ tree, known }: Subject, { column, constraints, table, how }: WrittenColumn): boolean {
  if (constraints.some(({ contype }) => contype === 'CONSTR_PRIMARY')) return true;
  const keys = all('Constraint', as('CreateStmt', tree?.node)?.tableElts)
    .filter(({ contype }) => contype === 'CONSTR_PRIMARY')
    .map(({ keys }) => stringsOf(keys));
  const now = how === 'changed' ? known.table(table)?.constraints.values() : undefined;
  for (const { type, columns } of now ?? []) if (type === 'primary key') keys.push([...columns]);
  return keys.some((key) => key.length === 1 && key[0] === column);
}

/** By a foreign key, or by its name: one that is called `user_id` is a user's number, not one that is handed out here. */
function refersToAnother({ tree }: Subject, { column, constraints }: WrittenColumn): boolean {
  const ofTable = all('Constraint', as('CreateStmt', tree?.node)?.tableElts);
  return (
    column.endsWith('_id') ||
    constraints.some(({ contype }) => contype === 'CONSTR_FOREIGN') ||
    ofTable.some(({ contype, fk_attrs }) => contype === 'CONSTR_FOREIGN' && stringsOf(fk_attrs).includes(column))
  );
}

function takesFromSequence({ constraints }: WrittenColumn): boolean {
  return constraints.some(
    ({ contype, raw_expr }) =>
      contype === 'CONSTR_DEFAULT' &&
      nodesOf('FuncCall', raw_expr).some(({ funcname }) => stringsOf(funcname).at(-1) === 'nextval'),
  );
}
