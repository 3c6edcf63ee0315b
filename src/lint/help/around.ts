import type { Complaint } from '../finding.ts';
import type { FileComplaint, FileSubject, Rule, Subject } from '../rule.ts';
import { kindsOf } from '../statement-kinds.ts';
import { mentionsIn } from './mentions.ts';

/**
 * What stands around a statement in its own transaction: others see all of it as one change. With a name or a key word only what
 * has it in its text, so that thousands of statements need not all be looked at for each of them.
 */
export interface Around {
  readonly earlier: (word?: string) => readonly Subject[];
  readonly later: (word?: string) => readonly Subject[];
}

/** Looks at each statement of a body that the rule is about, by what it is, with the others of its transaction. */
export function* withAround(
  { body }: FileSubject,
  { on }: Pick<Rule, 'on'>,
  judge: (subject: Subject, around: Around) => Iterable<Complaint>,
): Generator<FileComplaint> {
  for (let place = 0; place < body.length; place++) {
    const subject = body[place]!;
    const { tree } = subject;
    if (!tree || !kindsOf(tree.node).some((kind) => on?.includes(kind))) continue;
    const around: Around = {
      earlier: (word) =>
        sharing(
          subject,
          among(body, word, (one) => one < place),
        ),
      later: (word) =>
        sharing(
          subject,
          among(body, word, (one) => one > place),
        ),
    };
    for (const complaint of judge(subject, around)) yield { ...complaint, subject };
  }
}

function among(body: readonly Subject[], word: string | undefined, isMeant: (place: number) => boolean): Subject[] {
  if (word === undefined) return body.filter((_, place) => isMeant(place));
  return mentionsIn(body)
    .of(word)
    .filter(isMeant)
    .map((place) => body[place]!);
}

function sharing({ transaction, transactional }: Subject, subjects: readonly Subject[]): Subject[] {
  if (!transactional) return [];
  return subjects.filter((one) => one.transactional && one.transaction === transaction);
}
