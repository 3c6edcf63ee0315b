import type { KnownConstraint, KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import { columnList, shown } from '../help/shown.ts';
import type { FileComplaint, FileSubject, Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'duplicate-constraint',
  topic: 'design',
  summary: 'A constraint asks for what another one of the table asks for already',
  severity: 'warning',
  weighed: false,
  on: ['CreateStmt', 'AlterTableStmt'],
  *file(file) {
    for (const table of tablesWritten(file)) {
      for (const constraint of table.constraints.values()) yield* complaints(file, table, constraint);
    }
  },
};

function tablesWritten({ body, after }: FileSubject): Set<KnownTable> {
  const names = body.map(({ tree }) =>
    relationName(as('CreateStmt', tree?.node)?.relation ?? as('AlterTableStmt', tree?.node)?.relation),
  );
  return new Set(names.flatMap((name) => after.table(name) ?? []));
}

function* complaints(
  { body, migration }: FileSubject,
  { name, constraints }: KnownTable,
  own: KnownConstraint,
): Generator<FileComplaint> {
  const { made } = own;
  const subject = made && body.find(({ index }) => index === made.statement);
  // What a DO block makes, it makes where a condition holds that is not looked at here.
  if (!subject || made.version !== migration.version || subject.statement.words[0] === 'DO') return;
  const first = [...constraints.values()].find(
    (other) => other !== own && other.validated && isFirst(other, own) && asksTheSame(other, own),
  );
  if (!first) return;
  const what = own.columns.length > 0 ? ` of ${columnList(own.columns)}` : '';
  yield {
    subject,
    table: name,
    message: `${displayIdentifier(own.name)} asks for what ${displayIdentifier(first.name)}${what} asks for already`,
    why: `Each write to ${shown(name)} checks both${own.type === 'unique' ? ', and keeps two indexes' : ''}. Leave the second one out.`,
  };
}

/** The one that was there before, or stands before it in one statement; of a primary key and UNIQUE, the key. */
function isFirst(other: KnownConstraint, { made, type }: KnownConstraint): boolean {
  if (other.type === 'primary key' && type === 'unique') return true;
  if (type === 'primary key' || !made) return false;
  if (other.made?.version !== made.version) return true;
  return other.made.statement < made.statement;
}

function asksTheSame(a: KnownConstraint, b: KnownConstraint): boolean {
  if (b.type === 'unique') return (a.type === 'unique' || a.type === 'primary key') && sameColumns(a, b);
  if (b.type !== 'foreign key' || a.type !== b.type || !sameColumns(a, b)) return false;
  const [one, other] = [a.references, b.references];
  return (
    one?.table.name === other?.table.name && one?.table.schema === other?.table.schema && a.onDelete === b.onDelete
  );
}

function sameColumns(a: KnownConstraint, b: KnownConstraint): boolean {
  if (a.columns.length === 0 || a.columns.length !== b.columns.length) return false;
  return a.type === 'foreign key'
    ? a.columns.every((one, i) => b.columns[i] === one)
    : a.columns.every((one) => b.columns.includes(one));
}
