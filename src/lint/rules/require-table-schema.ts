import type { RangeVar } from '@pgsql/types';
import { displayIdentifier } from '../../sql/quote.ts';
import { as, type Node } from '../../syntax/tree.ts';
import type { Fix } from '../finding.ts';
import { fixOf, shownFix } from '../help/fix.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'require-table-schema',
  topic: 'design',
  summary: 'A relation is named without its schema, so that the search_path decides which one is meant',
  severity: 'off',
  weighed: false,
  aliases: ['squawk:require-table-schema'],
  *statement(subject) {
    const { tree } = subject;
    const relation = tree && namedRelation(tree.node);
    if (!relation?.relname || relation.schemaname !== undefined || relation.relpersistence === 't') return;
    const offset = tree?.offsetOf(relation.location) ?? 0;
    yield {
      offset,
      message: `which ${displayIdentifier(relation.relname)} is meant depends on the search_path of the session`,
      why: 'A role or a database can have a search_path of its own, and with another one the same file makes or changes another table.',
      ...fixOf(subject, qualified(subject, relation.relname, offset)),
    };
  },
};

function namedRelation(node: Node): RangeVar | undefined {
  const statement =
    as('CreateStmt', node) ?? as('AlterTableStmt', node) ?? as('IndexStmt', node) ?? as('RenameStmt', node);
  if (statement) return statement.relation;
  return as('ViewStmt', node)?.view ?? as('CreateSeqStmt', node)?.sequence ?? as('CreateTableAsStmt', node)?.into?.rel;
}

function qualified({ known, statement: { sql } }: Subject, name: string, offset: number): Fix {
  const schema = displayIdentifier(known.resolve({ name }).schema);
  const text = `${sql.slice(0, offset)}${schema}.${sql.slice(offset)}`;
  return shownFix('name the schema', [{ name: 'same', sql: [text], rollback: [] }]);
}
