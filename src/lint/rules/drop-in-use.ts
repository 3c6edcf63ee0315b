import type { Usage } from '../../known/usage.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Complaint } from '../finding.ts';
import { isAbsent } from '../help/absent-column.ts';
import { type Around, withAround } from '../help/around.ts';
import { dropped, tableCommands } from '../help/drops.ts';
import { addedHere, madeHere } from '../help/made-here.ts';
import { isMadeIn } from '../help/new-names.ts';
import { partOf } from '../help/part-of.ts';
import { shown } from '../help/shown.ts';
import { shownColumn } from '../help/shown-column.ts';
import type { Rule, Subject } from '../rule.ts';

/** The gate of the last step of expand and contract: by what a server has seen, not by what people remember. */
export const rule: Rule = {
  id: 'drop-in-use',
  topic: 'compatibility',
  summary: 'A table, view or column is dropped that a server has seen in use; without its statistics: what to look at',
  severity: 'error',
  weighed: false,
  on: ['DropStmt', 'AT_DropColumn'],
  file: (file) => withAround(file, rule, judge),
};

interface Drop {
  readonly relation: QualifiedName;
  readonly column?: string;
}

function* judge(subject: Subject, { later }: Around): Generator<Complaint> {
  for (const drop of dropsIn(subject).filter((one) => isOlder(subject, one))) {
    const { relation, column } = drop;
    if (column === undefined && isMadeIn(later(relation.name), relation)) continue;
    const usage = subject.known.usage(subject.known.resolve(relation), column);
    const what = column === undefined ? shown(relation) : shownColumn(relation, column);
    const forms = column === undefined ? DROPS : ['drop-column'];
    const place = partOf(subject, forms, { target: relation, part: column });
    if (usage === undefined) yield { ...notLookedAt(what, drop), ...place };
    else if (usage.length > 0) yield { ...inUse(what, usage), ...place };
  }
}

const DROPS = ['drop-table', 'drop-table-foreign-key', 'drop-partition', 'drop-view'];

function dropsIn(subject: Subject): Drop[] {
  const relations = dropped(subject, 'OBJECT_TABLE', 'OBJECT_FOREIGN_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW');
  const columns = tableCommands(subject, 'AT_DropColumn');
  return [
    ...relations.map((relation) => ({ relation })),
    ...columns.map(({ table, cmd }) => ({ relation: table, column: cmd.name ?? '' })),
  ];
}

function isOlder(subject: Subject, { relation, column }: Drop): boolean {
  if (subject.isNew(subject.known.table(relation)) || relation.schema === 'pg_temp') return false;
  if (madeHere(subject, relation, ['table', 'view', 'materialized view', 'foreign table'])) return false;
  return column === undefined || !(addedHere(subject, relation, column) || isAbsent(subject, relation, column));
}

const SIGNS_MAX = 3;

function inUse(what: string, usage: readonly Usage[]): Complaint {
  const signs = usage.slice(0, SIGNS_MAX).map(({ words }) => words);
  const more = usage.length > SIGNS_MAX ? [`${usage.length - SIGNS_MAX} more signs`] : [];
  return {
    message: `${what} is in use: ${[...signs, ...more].join('; ')}`,
    why: 'Let what uses it go first, have the statistics counted anew for as long as your rarest job takes (pg_stat_reset, pg_stat_statements_reset), and drop it when nothing was counted.',
  };
}

function notLookedAt(what: string, { relation, column }: Drop): Complaint {
  const table = `pg_stat_user_tables counts scans and writes of ${shown(relation)}, pg_stat_statements has the queries that name ${column === undefined ? 'it' : what}`;
  return {
    severity: 'note',
    message: `nobody has looked whether ${what} is still used`,
    why: `${table}; on standbys too. With --database, or a statistics file of the server (doctor --stats FILE), lint looks by itself.`,
  };
}
