import type { Span } from './statement-state.ts';

/** Where an item lies: UTF-16 offsets in the whole text; line and column (from 1, in characters) of its start. */
export interface Placed {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** A comment outside statements: one `-- ...` up to its line's end, or one block comment. */
export interface CommentItem extends Placed {
  readonly kind: 'comment';
  readonly text: string;
}

interface StatementParts extends Placed {
  /** Up to the first 12 tokens that are not blank: words in upper case, quoted names as written, strings as `''`. */
  readonly words: readonly string[];
  /** The comments between its first and last token. */
  readonly comments: readonly Span[];
}

/** A statement from its first token to its last, without the `;`. */
export interface StatementItem extends StatementParts {
  readonly kind: 'statement';
}

/** COPY ... FROM STDIN with the lines that follow it; `data` ends before the line `\.`. */
export interface CopyItem extends StatementParts {
  readonly kind: 'copy';
  readonly data: Span;
}

/** A command of psql that says nothing to the server and is left out. */
export interface PsqlItem extends Placed {
  readonly kind: 'psql';
  readonly command: string;
}

export type ScriptItem = CommentItem | StatementItem | CopyItem | PsqlItem;

/** What is read piece by piece: a COPY comes in three kinds of parts, as its data may be large. */
export type ScriptPart =
  | CommentItem
  | StatementItem
  | PsqlItem
  | (StatementParts & { readonly kind: 'copy-begin' })
  | (Span & { readonly kind: 'copy-data' })
  | (Span & { readonly kind: 'copy-end' });
