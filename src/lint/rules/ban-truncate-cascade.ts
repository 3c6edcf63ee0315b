import type { Known } from '../../known/known.ts';
import type { RelationName } from '../../known/table.ts';
import { relationName } from '../../syntax/names.ts';
import { all, as } from '../../syntax/tree.ts';
import { partOf } from '../help/part-of.ts';
import { names } from '../help/read-by.ts';
import { shown } from '../help/shown.ts';
import { listedFew } from '../help/shown-column.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'ban-truncate-cascade',
  topic: 'compatibility',
  summary: 'TRUNCATE ... CASCADE empties tables that the file does not name',
  severity: 'error',
  weighed: false,
  on: ['TruncateStmt'],
  aliases: ['squawk:ban-truncate-cascade', 'pgfence:truncate-cascade'],
  *statement(subject) {
    const stmt = as('TruncateStmt', subject.tree?.node);
    if (stmt?.behavior !== 'DROP_CASCADE') return;
    const named = all('RangeVar', stmt.relations).flatMap((one) => relationName(one) ?? []);
    if (named.every((name) => subject.isNew(subject.known.table(name)))) return;
    const others = emptiedToo(
      subject.known,
      named.map((name) => subject.known.resolve(name)),
    );
    const which =
      others.length === 0
        ? 'every table whose foreign keys point at it, and those that point there'
        : names(subject.known, others);
    yield {
      message: `TRUNCATE empties with ${listedFew(named.map(shown))} also ${which}, and locks all of them against reads and writes`,
      why: 'Foreign keys are followed on the database where it runs, however they say ON DELETE. Name every table that is to be emptied in one TRUNCATE, without CASCADE: PostgreSQL refuses it if one is missing.',
      ...partOf(subject, ['truncate-cascade', 'truncate']),
    };
  },
};

function emptiedToo(known: Known, named: readonly RelationName[]): RelationName[] {
  const key = ({ schema, name }: RelationName) => JSON.stringify([schema, name]);
  const found = new Map(named.map((name) => [key(name), name]));
  for (const name of found.values()) {
    for (const { table } of known.referencing(name)) found.set(key(table.name), table.name);
  }
  return [...found.values()].slice(new Set(named.map(key)).size);
}
