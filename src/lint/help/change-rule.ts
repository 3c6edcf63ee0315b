import type { Complaint } from '../finding.ts';
import type { Rule, Subject } from '../rule.ts';
import { batched } from './batched.ts';
import { CHANGES_ROWS, type DataChange, dataChanges } from './changed-rows.ts';
import { fixOf } from './fix.ts';
import { type Reach, reachOf } from './reach.ts';
import { shown } from './shown.ts';

interface ChangeAdvice extends Pick<Rule, 'id' | 'summary' | 'severity' | 'aliases'> {
  readonly kind: DataChange['kind'];
  readonly reach: Reach;
  /** Of the table's name. */
  readonly message: (table: string) => string;
  readonly why: string;
}

/** A rule about a change of rows that nobody has cut into batches. */
export function changeRule(advice: ChangeAdvice): Rule {
  const { id, summary, severity, aliases } = advice;
  const statement = (subject: Subject) => complaints(subject, advice);
  const on = CHANGES_ROWS;
  return { id, topic: 'data', summary, severity, weighed: true, on, ...(aliases && { aliases }), statement };
}

function* complaints(subject: Subject, { kind, reach, message, why }: ChangeAdvice): Generator<Complaint> {
  if (subject.statement.batch) return;
  for (const change of dataChanges(subject)) {
    if (change.kind !== kind || reachOf(subject, change) !== reach) continue;
    const use = subject.uses.find(({ form }) => form.id === kind.toLowerCase());
    yield {
      offset: subject.tree?.offsetOf(change.location) ?? 0,
      message: message(shown(change.table)),
      why,
      ...(use && { use }),
      table: subject.known.resolve(change.table),
      ...fixOf(subject, () => batched(subject, change)),
    };
  }
}
