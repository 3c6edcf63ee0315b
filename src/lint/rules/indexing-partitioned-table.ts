import type { FormUse } from '../../facts/form.ts';
import type { KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { all, as, type Fields } from '../../syntax/tree.ts';
import type { Complaint, Fix } from '../finding.ts';
import { automaticFix, fixOf } from '../help/fix.ts';
import { leafPartitions } from '../help/leaf-partitions.ts';
import { nameFor, stepName } from '../help/names.ts';
import { shown } from '../help/shown.ts';
import { wordsOf } from '../help/tokens.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'indexing-partitioned-table',
  topic: 'locks',
  summary: 'CREATE INDEX on a partitioned table blocks writes to all of its partitions until all are indexed',
  severity: 'warning',
  weighed: true,
  on: ['create-index-partitioned'],
  aliases: ['squawk:require-concurrent-index-creation', 'pgfence:create-index-not-concurrent'],
  *statement(subject) {
    for (const use of usesOf(subject, 'create-index-partitioned')) yield complaint(subject, use);
  },
};

function complaint(subject: Subject, use: FormUse): Complaint {
  return {
    message: `building this index blocks every write to ${targetOf(use)} until all of its partitions have one`,
    why: 'Every partition is held under SHARE to the end, and CONCURRENTLY is refused here. Indexes that were built concurrently on the partitions can be attached to one on the table alone.',
    use,
    ...fixOf(subject, () => onePartitionAtATime(subject, use)),
  };
}

function onePartitionAtATime(subject: Subject, use: FormUse): Fix | undefined {
  const create = as('IndexStmt', subject.tree?.node);
  const parent = subject.known.table(use.target);
  const partitions = leafPartitions(subject, parent);
  // Without its name, what to attach to would be a guess.
  if (!create?.idxname || !parent || !partitions) return undefined;
  const index = { ...(use.target?.schema ? { schema: use.target.schema } : {}), name: create.idxname };
  const parts = partitions.map((table) => indexOfPartition(subject, create, table));
  const sql = [
    ...parts.map((part) => part.create),
    onOnly(subject, create.idxname),
    ...parts.map((part) => `ALTER INDEX ${shown(index)} ATTACH PARTITION ${shown(part.index)}`),
  ];
  const steps = [{ name: stepName('index', create.idxname), sql, rollback: [`DROP INDEX ${shown(index)}`] }];
  return automaticFix('index one partition at a time while writes go on', steps);
}

interface PartIndex {
  readonly index: QualifiedName;
  readonly create: string;
}

/** With the name that PostgreSQL would give it. */
function indexOfPartition(
  { known, statement }: Subject,
  create: Fields<'IndexStmt'>,
  { name: table }: KnownTable,
): PartIndex {
  const columns = [...all('IndexElem', create.indexParams), ...all('IndexElem', create.indexIncludingParams)];
  const written: QualifiedName = table.schema === known.defaultSchema ? { name: table.name } : table;
  const name = nameFor(known, written, columns.map(columnName), 'idx');
  const unique = create.unique ? 'UNIQUE ' : '';
  const head = `CREATE ${unique}INDEX CONCURRENTLY ${displayIdentifier(name)} ON ${shown(written)}`;
  return { index: { ...written, name }, create: `${head} ${behindTable(statement.sql)}` };
}

/** An expression goes into the name by that of its outermost function (ChooseIndexColumnNames of commands/indexcmds.c). */
function columnName({ name, expr }: Fields<'IndexElem'>): string {
  const call = as('FuncCall', expr);
  return name ?? as('String', call?.funcname?.at(-1))?.sval ?? 'expr';
}

/** USING, the columns and what follows. */
function behindTable(statement: string): string {
  const words = wordsOf(statement);
  const on = words.findIndex(({ word, depth }) => word === 'ON' && depth === 0);
  const place = words.slice(on).find(({ word, depth }) => depth === 0 && (word === 'USING' || word === '('));
  return statement.slice(place?.start ?? statement.length);
}

function onOnly({ statement }: Subject, name: string): string {
  const words = wordsOf(statement.sql);
  const on = words.find(({ word, depth }) => word === 'ON' && depth === 0);
  const behind = statement.sql.slice(on?.end ?? 0).trim();
  const unique = words[1]?.word === 'UNIQUE' ? 'UNIQUE ' : '';
  return `CREATE ${unique}INDEX ${displayIdentifier(name)} ON ONLY ${behind}`;
}
