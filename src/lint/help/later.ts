import type { Complaint } from '../finding.ts';
import type { FileComplaint, FileSubject, Subject } from '../rule.ts';

/** A judgement of a statement that also sees the later ones of its transaction. */
type Judge = (subject: Subject, later: readonly Subject[]) => Iterable<Complaint>;

/** Looks at each statement of a body with what follows it in the same transaction: others see the two as one change. */
export function* withLater({ body }: FileSubject, judge: Judge): Generator<FileComplaint> {
  for (const [i, subject] of body.entries()) {
    const later = () => body.slice(i + 1).filter((one) => one.transaction === subject.transaction && one.transactional);
    for (const complaint of judge(subject, subject.transactional ? later() : [])) yield { ...complaint, subject };
  }
}
