import { statementKind } from '../../sql/kinds.ts';
import { as } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import type { Subject } from '../rule.ts';
import { settingIn } from './setting.ts';

/** Whether a statement leaves schema and rows as they are: a setting, VACUUM, ANALYZE, a query that calls no function. */
export function changesNothing({ tree, statement, options }: Subject): boolean {
  if (!tree) return false;
  if (settingIn(tree.node) || as('VacuumStmt', tree.node) || as('VariableSetStmt', tree.node)) return true;
  const kind = statementKind(statement.sql, statement.words, options.serverMajor * 10_000).class;
  return kind === 'query' && nodesOf('FuncCall', tree.node).length === 0;
}
