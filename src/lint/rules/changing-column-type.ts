import type { FormId, FormUse } from '../../facts/form.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Complaint, Severity } from '../finding.ts';
import { pointingAt } from '../help/column-keys.ts';
import { sequenceOf } from '../help/column-numbers.ts';
import { tiesOf } from '../help/column-ties.ts';
import { fixOf } from '../help/fix.ts';
import { listed, shown } from '../help/shown.ts';
import { shownColumn } from '../help/shown-column.ts';
import { shortName } from '../help/tables.ts';
import { expandAndContract } from '../help/type-change.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

const KINDS: { readonly [form in FormId]?: Kind } = {
  'alter-column-type-rewrite': {
    what: 'while the table and its indexes are written anew',
    why: 'The values are stored in another way, so every row is rewritten under ACCESS EXCLUSIVE.',
  },
  'alter-column-type-checked': {
    what: 'while the checks on the column read every row',
    why: 'The values stay as they are, but a CHECK that names the column is verified again under ACCESS EXCLUSIVE.',
    severity: 'warning',
  },
  'alter-column-type-reindexed': {
    what: 'while the indexes on the column are built anew',
    why: 'The values stay as they are, but their order does not, so the indexes are rebuilt under ACCESS EXCLUSIVE.',
    severity: 'warning',
  },
  'alter-column-type-unknown': {
    what: 'and rewrites the table unless the stored values may stay as they are',
    why: 'What the column is now is not known here. Most changes rewrite the table; longer varchar, varchar to text and a larger numeric of the same scale do not.',
    severity: 'warning',
  },
};

const FORMS = Object.keys(KINDS) as FormId[];

export const rule: Rule = {
  id: 'changing-column-type',
  topic: 'locks',
  summary: 'A change of type that rewrites the table, its indexes or checks its rows blocks everybody meanwhile',
  severity: 'error',
  weighed: true,
  on: FORMS,
  aliases: ['squawk:changing-column-type', 'eugene:E5', 'pgfence:alter-column-type'],
  *statement(subject) {
    for (const use of usesOf(subject, ...FORMS)) yield complaint(subject, use);
  },
};

interface Kind {
  readonly what: string;
  readonly why: string;
  readonly severity?: Severity;
}

function complaint(subject: Subject, use: FormUse): Complaint {
  const { what, why, severity } = KINDS[use.form.id]!;
  const column = use.part === undefined ? 'a column' : displayIdentifier(use.part);
  const isRewrite = use.form.id === 'alter-column-type-rewrite';
  return {
    offset: use.offset,
    message: `changing the type of ${column} blocks all reads and writes of ${targetOf(use)} ${what}`,
    why: isRewrite ? `${why}${staysBehind(subject, use)}${byHand(subject, use)}` : why,
    use,
    ...(severity ? { severity } : {}),
    ...fixOf(subject, isRewrite ? expandAndContract(subject, use) : undefined),
  };
}

/** The way in words, where SQL for it would lose something. */
function byHand(subject: Subject, { target, part }: FormUse): string {
  const ties = leftBehind(subject, target, part);
  if (ties.length === 0) return '';
  return ` No SQL is offered, since another column would have to take over ${ties.join(', ')}: add it, keep it equal by a trigger, fill it in batches, give it all of that, then exchange the names in one transaction.`;
}

/** What has the same type for a reason, and does not change with the column: the sequence of a serial, and what points at it. */
function staysBehind(subject: Subject, { target, part: column }: FormUse): string {
  const known = subject.known.table(target);
  if (!known || column === undefined) return '';
  const sequence = known.columns.get(column)?.identity ? undefined : sequenceOf(subject, known, column);
  const columns = pointingAt({ subject, known, column }).map(({ holder, key, target: to }) =>
    shownColumn(shortName(subject, holder.name), key.columns[to.indexOf(column)] ?? ''),
  );
  const named = [
    ...(sequence ? [`the sequence ${shown(shortName(subject, sequence.name))}`] : []),
    ...new Set(columns),
  ];
  return named.length === 0 ? '' : ` What goes with it stays of the old type: ${listed(named)}.`;
}

function leftBehind(subject: Subject, table: FormUse['target'], column: string | undefined): readonly string[] {
  if (!table || column === undefined) return [];
  const alter = { name: table, head: '', commands: [] };
  return tiesOf({ subject, alter, known: subject.known.table(table), column, fresh: `${column}_new` }, undefined).left;
}
