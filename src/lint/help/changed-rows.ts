import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { all, as, type Fields, type Node, type NodeType, typeOf } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import type { Subject } from '../rule.ts';
import { lastAsked } from './last-asked.ts';

/** The statements in which an UPDATE, a DELETE or other changes of rows can stand: their own, queries with a WITH, what holds queries. */
export const CHANGES_ROWS: readonly NodeType[] = [
  ...(['UpdateStmt', 'DeleteStmt', 'InsertStmt', 'MergeStmt', 'SelectStmt', 'CopyStmt', 'ExplainStmt'] as const),
  ...(['PrepareStmt', 'DeclareCursorStmt', 'CreateTableAsStmt', 'ViewStmt', 'RuleStmt', 'CreateFunctionStmt'] as const),
];

/** So that the trees of all other statements need not be gone through. */
export function canChangeRows({ tree }: Pick<Subject, 'tree'>): boolean {
  return tree !== undefined && CHANGES_ROWS.includes(typeOf(tree.node));
}

/** An UPDATE or DELETE, by itself or in a WITH. */
export interface DataChange {
  readonly kind: 'UPDATE' | 'DELETE';
  readonly table: QualifiedName;
  /** What columns may be qualified with. */
  readonly qualifiers: readonly string[];
  readonly where: Node | undefined;
  /** FROM of an UPDATE, USING of a DELETE. */
  readonly joined: readonly Node[];
  readonly location: number | undefined;
}

/** Several rules ask for those of each statement. */
export const dataChanges = lastAsked(({ tree }: Subject): readonly DataChange[] => {
  if (!tree || !canChangeRows({ tree })) return [];
  return [
    ...nodesOf('UpdateStmt', tree.node).flatMap((one) => change('UPDATE', one, one.fromClause)),
    ...nodesOf('DeleteStmt', tree.node).flatMap((one) => change('DELETE', one, one.usingClause)),
  ];
});

function change(
  kind: DataChange['kind'],
  { relation, whereClause: where }: Fields<'UpdateStmt'> | Fields<'DeleteStmt'>,
  joined: readonly Node[] = [],
): DataChange[] {
  const table = relationName(relation);
  if (!table) return [];
  const qualifiers = [relation?.alias?.aliasname ?? table.name];
  return [{ kind, table, qualifiers, where, joined, location: relation?.location }];
}

/** Whether the statement is that change alone, without a WITH. */
export function isWhole({ tree }: Subject): boolean {
  const statement = as('UpdateStmt', tree?.node) ?? as('DeleteStmt', tree?.node);
  return statement !== undefined && statement.withClause === undefined;
}

/** The parts that AND joins. */
export function conjuncts(condition: Node | undefined): Node[] {
  if (!condition) return [];
  const and = as('BoolExpr', condition);
  return and?.boolop === 'AND_EXPR' ? (and.args ?? []).flatMap(conjuncts) : [condition];
}

/** SELECTs with a LIMIT inside a condition or a WITH. */
export function limitedSelects(value: unknown): Fields<'SelectStmt'>[] {
  return nodesOf('SelectStmt', value).filter(({ limitCount }) => limitCount !== undefined);
}

/** The relations that a SELECT names in its FROM. */
export function relationsRead({ fromClause }: Fields<'SelectStmt'>): QualifiedName[] {
  return nodesOf('RangeVar', fromClause).flatMap((one) => relationName(one) ?? []);
}

/** Every row of it stands in the statement: VALUES. */
export function isWrittenOut(joined: Node): boolean {
  const select = as('SelectStmt', as('RangeSubselect', joined)?.subquery);
  return all('List', select?.valuesLists).length > 0;
}
