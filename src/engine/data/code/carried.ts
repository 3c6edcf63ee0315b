import { classOf, textOf } from './thrown.ts';
import { WrongUpdate } from './updates.ts';

/** What code has thrown, as it is carried from its thread to where calls are made: what a person, and the classes of errors, ask of it. */
export interface Carried {
  readonly kind: 'error' | 'value' | 'wrong-update';
  readonly name: string;
  readonly text: string;
  readonly stack: string | undefined;
  readonly fields: { readonly retryable?: true; readonly afterMs?: number; readonly status?: number };
}

/** Any class of error that retries look at comes out of it as the same one. */
export function carried(thrown: unknown): Carried {
  const found = classOf(thrown);
  const isError = thrown instanceof Error;
  const passes = found.kind === 'passes';
  return {
    kind: thrown instanceof WrongUpdate ? 'wrong-update' : isError ? 'error' : 'value',
    name: isError ? thrown.name : '',
    text: textOf(thrown),
    stack: isError ? thrown.stack : undefined,
    fields: {
      ...(passes ? { retryable: true } : {}),
      ...(passes && found.afterMs !== undefined ? { afterMs: found.afterMs } : {}),
      ...(found.kind === 'service' ? { status: STATUS_OF_SERVICE } : {}),
    },
  };
}

/** One of those by which classOf knows that no row is at fault. */
const STATUS_OF_SERVICE = 403;

/** The error again, with its name, its message and its stack. */
export function thrownOf({ kind, name, text, stack, fields }: Carried): Error {
  if (kind === 'wrong-update') return new WrongUpdate(text);
  const error = new Error(text);
  if (kind === 'error') Object.defineProperty(error, 'name', { value: name });
  error.stack = stack ?? '';
  return Object.assign(error, fields);
}
