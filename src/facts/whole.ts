import type { Known } from '../known/known.ts';
import type { RelationName } from '../known/table.ts';
import type { QualifiedName } from '../sql/token-reader.ts';
import { effectOn, type FormUse, LOCK_MODES, type LockMode, type OtherRelation } from './form.ts';

/** A lock that a statement takes on a relation, as far as that is named. */
export interface StatementLock {
  /** Undefined: a role that nobody named. */
  readonly relation: QualifiedName | undefined;
  readonly role: 'target' | OtherRelation;
  readonly mode: LockMode;
}

/** What a statement does as a whole, from its parts. */
export interface WholeEffect {
  /** The strongest on each relation, in the order in which the statement names them. */
  readonly locks: readonly StatementLock[];
  readonly rewrite: 'table' | 'indexes' | null;
  readonly scan: boolean;
  readonly transactional: boolean;
}

/** Names are the same where they mean the same relation. ALTER TABLE takes the strongest lock of its commands for all of them. */
export function wholeEffect(uses: readonly FormUse[], serverMajor: number, known: Pick<Known, 'resolve'>): WholeEffect {
  const effects = uses.map(({ form }) => effectOn(form, serverMajor));
  const rewrites = effects.map(({ rewrite }) => rewrite);
  return {
    locks: strongest(
      uses.flatMap((use) => locksOf(use, serverMajor)),
      known,
    ),
    rewrite: rewrites.find((rewrite) => rewrite === 'table') ?? rewrites.find((rewrite) => rewrite !== null) ?? null,
    scan: effects.some(({ scan }) => scan),
    transactional: effects.every(({ transactional }) => transactional),
  };
}

/** The locks of one use. A role that is known to be empty gives none, one that is not known a lock without a name. */
function locksOf(use: FormUse, serverMajor: number): StatementLock[] {
  const { lock, others } = effectOn(use.form, serverMajor);
  const own = lock ? [{ relation: use.target, role: 'target' as const, mode: lock }] : [];
  const more = others.flatMap(({ on, mode }) => {
    const names = use.others.find((one) => one.on === on)?.names ?? [undefined];
    return names.map((relation) => ({ relation, role: on, mode }));
  });
  return [...own, ...more];
}

function strongest(locks: readonly StatementLock[], known: Pick<Known, 'resolve'>): StatementLock[] {
  const found = new Map<string, StatementLock>();
  for (const lock of locks) {
    const key = lock.relation ? keyOf(known.resolve(lock.relation)) : lock.role;
    const before = found.get(key);
    if (!before) found.set(key, lock);
    else if (strength(lock.mode) > strength(before.mode)) found.set(key, { ...before, mode: lock.mode });
  }
  return [...found.values()];
}

/** No name holds a NUL. */
function keyOf({ schema, name }: RelationName): string {
  return `${schema}\0${name}`;
}

function strength(mode: LockMode): number {
  return LOCK_MODES.indexOf(mode);
}
