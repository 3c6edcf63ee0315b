import type { FormUse } from '../../facts/form.ts';
import { all, as } from '../../syntax/tree.ts';
import type { Complaint, Fix } from '../finding.ts';
import { automaticFix, fixOf } from '../help/fix.ts';
import { shown } from '../help/shown.ts';
import { insertBehind } from '../help/tokens.ts';
import { usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

const PLAIN = [
  'reindex-index',
  'reindex-table',
  'reindex-partitioned',
  'reindex-partitioned-index',
  'reindex-all',
] as const;

export const rule: Rule = {
  id: 'require-concurrent-reindex',
  topic: 'locks',
  summary: 'REINDEX without CONCURRENTLY blocks writes, and reads that would use the index',
  severity: 'warning',
  weighed: true,
  on: PLAIN,
  aliases: ['squawk:require-concurrent-reindex'],
  *statement(subject) {
    if (isConcurrent(subject)) return;
    for (const use of usesOf(subject, ...PLAIN)) yield complaint(subject, use);
  },
};

/** Of a schema or a database, too. */
function isConcurrent({ tree }: Subject): boolean {
  const { params } = as('ReindexStmt', tree?.node) ?? {};
  return all('DefElem', params).some(({ defname }) => defname === 'concurrently');
}

function complaint(subject: Subject, use: FormUse): Complaint {
  const what = use.target ? shown(use.target) : 'every index in it';
  const table = subject.known.index(use.target)?.table;
  return {
    message: `rebuilding ${what} blocks writes, and the planning of every query on the table, until it is done`,
    why: 'REINDEX takes SHARE on the table and ACCESS EXCLUSIVE on each index; to plan a query all indexes of its tables are opened.',
    use,
    ...(table ? { table: table.name } : {}),
    ...fixOf(subject, () => concurrently(subject)),
  };
}

const KIND_WORDS: Readonly<Record<string, string>> = {
  REINDEX_OBJECT_INDEX: 'INDEX',
  REINDEX_OBJECT_TABLE: 'TABLE',
  REINDEX_OBJECT_SCHEMA: 'SCHEMA',
  REINDEX_OBJECT_DATABASE: 'DATABASE',
};

/** System catalogs cannot be reindexed concurrently. */
function concurrently({ tree, statement }: Subject): Fix | undefined {
  const word = KIND_WORDS[as('ReindexStmt', tree?.node)?.kind ?? ''];
  const sql = word && insertBehind(statement.sql, word, 'CONCURRENTLY');
  if (!sql) return undefined;
  return automaticFix('rebuild it without blocking anybody', [
    { name: 'reindex_concurrently', sql: [sql], rollback: [] },
  ]);
}
