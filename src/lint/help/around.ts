import type { Complaint } from '../finding.ts';
import type { FileComplaint, FileSubject, Subject } from '../rule.ts';

/** What stands around a statement in its own transaction: others see all of it as one change. Looked for when it is asked for. */
export interface Around {
  readonly earlier: () => readonly Subject[];
  readonly later: () => readonly Subject[];
}

/** Looks at each statement of a body with the others of its transaction. */
export function* withAround(
  { body }: FileSubject,
  judge: (subject: Subject, around: Around) => Iterable<Complaint>,
): Generator<FileComplaint> {
  for (const [place, subject] of body.entries()) {
    const around: Around = {
      earlier: () => sharing(body.slice(0, place), subject),
      later: () => sharing(body.slice(place + 1), subject),
    };
    for (const complaint of judge(subject, around)) yield { ...complaint, subject };
  }
}

function sharing(subjects: readonly Subject[], { transaction, transactional }: Subject): Subject[] {
  if (!transactional) return [];
  return subjects.filter((one) => one.transactional && one.transaction === transaction);
}
