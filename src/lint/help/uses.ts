import type { FormId, FormUse, OtherRelation } from '../../facts/form.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Subject } from '../rule.ts';
import { shown } from './shown.ts';

/** What of a statement is one of these forms. */
export function usesOf(subject: Subject, ...forms: readonly FormId[]): FormUse[] {
  return subject.uses.filter((use) => forms.includes(use.form.id));
}

/** The target as people write it. */
export function targetOf({ target }: FormUse): string {
  return target ? shown(target) : 'the table';
}

/** The relations of one role that a use names. */
export function othersOf({ others }: FormUse, role: OtherRelation): readonly QualifiedName[] {
  return others.find(({ on }) => on === role)?.names ?? [];
}
