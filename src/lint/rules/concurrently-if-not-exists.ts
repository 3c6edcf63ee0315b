import type { IndexStmt } from '@pgsql/types';
import { relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Fix } from '../finding.ts';
import { partOf } from '../help/part-of.ts';
import { shown } from '../help/shown.ts';
import { without } from '../help/tokens.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'concurrently-if-not-exists',
  topic: 'transactions',
  summary:
    'CREATE INDEX CONCURRENTLY IF NOT EXISTS takes an invalid index of a failed build for the one that is wanted',
  severity: 'warning',
  weighed: false,
  on: ['IndexStmt'],
  *statement(subject) {
    const stmt = as('IndexStmt', subject.tree?.node);
    if (!stmt?.concurrent || !stmt.if_not_exists || !stmt.idxname || isDroppedBefore(subject, stmt)) return;
    yield {
      message: `a build of ${shown({ name: stmt.idxname })} that fails leaves an invalid index of that name, and the next try passes over it: no query uses it, and every write goes on paying for it`,
      why: 'Measured: a lock timeout, a cancelled build and a duplicate key all leave one. Drop what may be there, then build without IF NOT EXISTS.',
      ...partOf(subject, ['create-index-concurrently']),
      fix: dropFirst(subject, stmt),
    };
  },
};

/** The file drops what a failed build may have left. */
function isDroppedBefore({ migration, index }: Subject, { idxname = '' }: IndexStmt): boolean {
  const earlier = migration.statements.slice(0, index);
  return earlier.some(({ words, sql }) => words[0] === 'DROP' && words[1] === 'INDEX' && sql.includes(idxname));
}

function dropFirst({ statement }: Subject, stmt: IndexStmt): Fix {
  const schema = relationName(stmt.relation)?.schema;
  const name = shown({ ...(schema === undefined ? {} : { schema }), name: stmt.idxname ?? '' });
  return {
    title: 'drop what a failed build may have left, then build',
    automatic: true,
    steps: [
      {
        name: `create_${stmt.idxname ?? 'index'}`,
        sql: [`DROP INDEX CONCURRENTLY IF EXISTS ${name}`, without(statement.sql, 'IF', 'NOT', 'EXISTS')],
        rollback: [`DROP INDEX CONCURRENTLY IF EXISTS ${name}`],
      },
    ],
  };
}
