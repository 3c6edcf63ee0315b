import type { Carried } from './carried.ts';
import type { CodeColumns, MadeUpdate, ReadRow } from './code-rows.ts';

/** What a thread is started with: the code of one migration, as it was hashed. */
export interface ThreadStart {
  /** Under which its lines stand in stacks, and from where its imports are found. */
  readonly url: string;
  /** JavaScript. */
  readonly source: string;
  readonly version: string;
  readonly columns: CodeColumns;
}

export type ToThread =
  | { readonly kind: 'call'; readonly id: number; readonly attempt: number; readonly rows: readonly ReadRow[] }
  /** What `context.signal` of that call is aborted with. */
  | { readonly kind: 'abort'; readonly id: number; readonly name: string; readonly message: string }
  | { readonly kind: 'end' };

export type FromThread =
  | { readonly kind: 'loaded'; readonly isFunction: boolean }
  | { readonly kind: 'not-loaded'; readonly thrown: Carried }
  | { readonly kind: 'made'; readonly id: number; readonly updates: readonly MadeUpdate[] }
  | { readonly kind: 'thrown'; readonly id: number; readonly thrown: Carried };
