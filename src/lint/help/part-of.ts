import type { FormUse } from '../../facts/form.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Subject } from '../rule.ts';
import { isSame } from './same-name.ts';

/** Where a part of a statement stands and what it locks, for a complaint; empty where the facts do not know it. */
export function partOf(
  { uses, known }: Subject,
  forms: readonly string[],
  { target, part }: { readonly target?: QualifiedName | undefined; readonly part?: string | undefined } = {},
): { use?: FormUse; offset?: number } {
  const use = uses.find(
    (one) =>
      forms.includes(one.form.id) &&
      (part === undefined || one.part === part) &&
      (target === undefined || isSame(known, one.target, target)),
  );
  return use ? { use, offset: use.offset } : {};
}
