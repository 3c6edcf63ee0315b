import { relationName } from '../../syntax/names.ts';
import { all, as } from '../../syntax/tree.ts';
import { shown } from '../help/shown.ts';
import type { Rule } from '../rule.ts';

const COLUMNS_MAX = 3;

export const rule: Rule = {
  id: 'wide-index',
  topic: 'design',
  summary: `An index of more than ${COLUMNS_MAX} columns that is not unique is large, and its last columns seldom narrow a search`,
  severity: 'note',
  weighed: false,
  on: ['IndexStmt'],
  *statement({ tree, known }) {
    const create = as('IndexStmt', tree?.node);
    const table = relationName(create?.relation);
    const count = all('IndexElem', create?.indexParams).length;
    if (!create || !table || create.unique || count <= COLUMNS_MAX || isOtherKind(create.accessMethod)) return;
    yield {
      offset: tree?.offsetOf(create.relation?.location) ?? 0,
      message: `this index holds ${count} columns of every row of ${shown(table)}; the first two or three mostly narrow a search enough`,
      why: 'A btree narrows a search by its leading columns; the others cost size, and keep HOT updates from happening. INCLUDE holds columns that are only read.',
      table: known.resolve(table),
    };
  },
};

/** In gin, brin and others each column searches by itself. */
function isOtherKind(method: string | undefined): boolean {
  return method !== undefined && method !== 'btree';
}
