import type { Known } from '../../known/known.ts';
import type { RelationName } from '../../known/table.ts';
import { relationName } from '../../syntax/names.ts';
import { all, as, type Fields } from '../../syntax/tree.ts';
import { shown } from '../help/shown.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'table-without-primary-key',
  topic: 'design',
  summary: 'A table without a primary key: its rows cannot be told apart, copied to subscribers or changed in batches',
  severity: 'warning',
  weighed: false,
  on: ['CreateStmt'],
  *statement({ tree, known }) {
    const create = as('CreateStmt', tree?.node);
    const table = relationName(create?.relation);
    if (!create || !table || takesItFromElsewhere(create)) return;
    const name = known.resolve(table);
    yield {
      offset: tree?.offsetOf(create.relation?.location) ?? 0,
      message: `${shown(table)} has no primary key: nothing tells two equal rows apart`,
      why: 'Logical replication refuses UPDATE and DELETE without one (or a REPLICA IDENTITY), and rows can be changed in batches only by the order of a key.',
      table: name,
      unlessLater: (later) => hasKey(later, name),
    };
  },
};

/** A temporary table, a partition, a child or copy of a table, or a table of a type. */
function takesItFromElsewhere({
  relation,
  inhRelations = [],
  partbound,
  tableElts,
  ofTypename,
}: Fields<'CreateStmt'>): boolean {
  if (relation?.relpersistence === 't' || partbound || ofTypename || inhRelations.length > 0) return true;
  return all('TableLikeClause', tableElts).length > 0;
}

function hasKey(known: Known, name: RelationName): boolean {
  const table = known.table(name);
  return table === undefined || [...table.constraints.values()].some(({ type }) => type === 'primary key');
}
