import type { QualifiedName } from '../sql/token-reader.ts';
import { type FormId, ROWS } from './forms.ts';
import type { Effect, FormRow, OtherRelation } from './row.ts';

export type { FormId } from './forms.ts';
export { type Effect, type FormSample, LOCK_MODES, type LockMode, type OtherRelation } from './row.ts';

/** One row of the table of facts. */
export interface Form extends FormRow {
  /** `add-column-volatile-default` */
  readonly id: FormId;
}

/** One part of a statement, found to be one of the forms, with the relations it will lock. */
export interface FormUse {
  readonly form: Form;
  readonly target: QualifiedName | undefined;
  /** Those that the statement or what is known names; none in a role: there are none; a role that is missing is not known. */
  readonly others: readonly { readonly on: OtherRelation; readonly names: readonly QualifiedName[] }[];
  /** The column or the constraint it is about. */
  readonly part?: string;
  /** Place of that part in the statement, as UTF-16 offset. */
  readonly offset: number;
  /** It hangs on what is not known (the volatility of a function, the type of a column): the worse was taken. */
  readonly uncertain?: true;
}

/** The row of the table of facts by its name. */
export function formOf(id: FormId): Form {
  return BY_ID[id];
}

/** Every row, in the order of the document. */
export const FORMS: readonly Form[] = (Object.keys(ROWS) as FormId[]).map((id) => ({ ...ROWS[id], id }));

const BY_ID = Object.fromEntries(FORMS.map((form) => [form.id, form])) as Readonly<Record<FormId, Form>>;

/** The effect on a server of that major version. */
export function effectOn({ effect, until }: FormRow, major: number): Effect {
  const older = until?.find((one) => major <= one.major);
  return older ? { ...effect, ...older.effect } : effect;
}
