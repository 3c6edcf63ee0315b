import type { Complaint } from '../finding.ts';
import type { FileComplaint, FileSubject, Subject } from '../rule.ts';

/** What stands around a statement in its own transaction: others see all of it as one change. */
export interface Around {
  readonly earlier: readonly Subject[];
  readonly later: readonly Subject[];
}

/** Looks at each statement of a body with the others of its transaction. */
export function* withAround(
  { body }: FileSubject,
  judge: (subject: Subject, around: Around) => Iterable<Complaint>,
): Generator<FileComplaint> {
  for (const [i, subject] of body.entries()) {
    for (const complaint of judge(subject, around(body, i, subject))) yield { ...complaint, subject };
  }
}

function around(body: readonly Subject[], place: number, { transaction, transactional }: Subject): Around {
  if (!transactional) return { earlier: [], later: [] };
  const together = (one: Subject) => one.transaction === transaction && one.transactional;
  return { earlier: body.slice(0, place).filter(together), later: body.slice(place + 1).filter(together) };
}
