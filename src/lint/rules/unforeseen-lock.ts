import { effectOn } from '../../facts/form.ts';
import type { RelationName } from '../../known/table.ts';
import { lockModeName } from '../../sql/lock-modes.ts';
import { displayName } from '../place.ts';
import type { FileComplaint, FileSubject, Rule, SeenEffect, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'unforeseen-lock',
  topic: 'locks',
  summary: 'a DO block or function does what its text does not tell: a rehearsal shows which locks that takes',
  severity: 'warning',
  weighed: true,
  *file({ body }: FileSubject) {
    for (const subject of body) {
      if (subject.inside !== undefined) continue;
      if (subject.seen) yield* unforeseen(subject, subject.seen, body);
      else if (subject.unknown.length > 0) yield notKnown(subject);
    }
  },
};

type Lock = SeenEffect['locks'][number];

function* unforeseen(subject: Subject, { locks, rewrites }: SeenEffect, body: readonly Subject[]) {
  const stalling = locks.filter(({ stalls }) => stalls !== null);
  if (stalling.length === 0) return;
  const foreseen = new Set(body.filter(({ index }) => index === subject.index).flatMap(locked));
  for (const lock of strongestEach(stalling.filter(({ relation }) => !foreseen.has(keyOf(relation))))) {
    yield complaint(
      subject,
      lock,
      rewrites.some((one) => keyOf(one) === keyOf(lock.relation)),
    );
  }
}

function complaint(subject: Subject, { relation, mode, stalls }: Lock, rewrites: boolean): FileComplaint {
  const also = rewrites ? ', and writes the table anew under it' : '';
  return {
    subject,
    table: relation,
    message: `this takes ${lockModeName(mode)} on ${displayName(relation)}, which blocks ${stalls}${also}`,
    why: 'Its text does not say so: the lock was seen when the file was rehearsed on a scratch database.',
  };
}

function notKnown(subject: Subject): FileComplaint {
  const [first] = subject.unknown;
  return {
    subject,
    offset: first?.offset ?? 0,
    severity: 'note',
    message: `what is executed here is not known from the text: ${first?.why ?? ''}`,
    why: 'Look with taskflow-db lint --rehearse: it runs the files on a scratch database and tells the locks that are taken there.',
  };
}

/** Every relation that a statement was known to lock, whatever the mode. */
function locked({ uses, known, options }: Subject): string[] {
  return uses.flatMap(({ form, target, others }) => {
    const effect = effectOn(form, options.serverMajor);
    const names = [...(effect.lock && target ? [target] : []), ...others.flatMap((one) => one.names)];
    return names.map((name) => keyOf(known.resolve(name)));
  });
}

function strongestEach(locks: readonly Lock[]): Lock[] {
  const found = new Map<string, Lock>();
  for (const lock of locks) {
    const before = found.get(keyOf(lock.relation));
    if (!before || lock.stalls === 'reads and writes') found.set(keyOf(lock.relation), lock);
  }
  return [...found.values()];
}

function keyOf({ schema, name }: RelationName): string {
  return JSON.stringify([schema, name]);
}
