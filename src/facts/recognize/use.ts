import type { Known } from '../../known/known.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { effectOn, type FormId, type FormUse, formOf, type LockMode, type OtherRelation } from '../form.ts';
import { namesIn } from './roles.ts';

/** What is at hand when a statement is recognised. */
export interface Context {
  readonly known: Known;
  /** Major version of the server it is for. */
  readonly serverMajor: number;
  /** UTF-16 offset of a location in the tree. */
  readonly offsetOf: (location: number | undefined) => number;
}

/** Names that the statement itself gives to a role, or that hold for one column or constraint alone. */
export type Named = { readonly [role in OtherRelation]?: readonly QualifiedName[] | undefined };

export interface Details {
  readonly names?: Named;
  readonly part?: string | undefined;
  /** Location in the tree, in bytes. */
  readonly location?: number | undefined;
  readonly uncertain?: boolean;
  /** Where the statement itself says the mode. */
  readonly lock?: LockMode;
  /** The statement says ONLY: partitions are left alone. */
  readonly only?: boolean;
}

/** A part of a statement as one of the forms; what is not said of other relations comes from what is known. */
export function use(context: Context, id: FormId, target: QualifiedName | undefined, details: Details = {}): FormUse {
  const form = details.lock ? inMode(id, details.lock) : formOf(id);
  const others: FormUse['others'][number][] = [];
  for (const { on } of effectOn(form, context.serverMajor).others) {
    const names = others.some((one) => one.on === on) ? undefined : namesOf(context, on, target, details);
    if (names) others.push({ on, names });
  }
  // Without spreads: V8 keeps what is spread together as a hash table, which is slow to make and to read (measured).
  const made: Writable<FormUse> = { form, target, others, offset: context.offsetOf(details.location) };
  if (details.part !== undefined) made.part = details.part;
  if (details.uncertain) made.uncertain = true;
  return made;
}

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

function namesOf(
  context: Context,
  on: OtherRelation,
  target: QualifiedName | undefined,
  { names, only }: Details,
): readonly QualifiedName[] | undefined {
  if (only && (on === 'partitions' || on === 'children')) return [];
  return names && on in names ? names[on] : namesIn(context.known, on, target);
}

/** LOCK TABLE and SELECT ... FOR UPDATE name their modes: the same row with that mode. */
function inMode(id: FormId, lock: LockMode) {
  const form = formOf(id);
  const others = form.effect.others.map((one) => ({ ...one, mode: lock }));
  return { ...form, effect: { ...form.effect, lock, others } };
}
