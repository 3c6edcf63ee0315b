import type { FormUse } from '../facts/form.ts';
import type { Known } from '../known/known.ts';
import type { RelationName } from '../known/table.ts';

/** From the worst; `off` is for settings. */
export const SEVERITIES = ['error', 'warning', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One of the steps that a fix takes. Each needs a transaction of its own, so that several become several files. */
export interface FixStep {
  /** For the name of its file: `validate_orders_customer_fk`. */
  readonly name: string;
  /** Statements without the `;` at their ends. */
  readonly sql: readonly string[];
  /** What undoes them, in the order to run. */
  readonly rollback: readonly string[];
  /** Comment lines above the statements. */
  readonly comment?: readonly string[];
}

/** The safe SQL to use instead of a statement, in the user's own names. */
export interface Fix {
  /** In a few words: `build the index without blocking writes`. */
  readonly title: string;
  /** One step stands in the place of the statement. */
  readonly steps: readonly FixStep[];
  /** `lint --fix` may write it: it leads to the same catalog. Else it needs a person's decision and is only shown. */
  readonly automatic: boolean;
}

/** What a rule has to say of a place. */
export interface Complaint {
  /** UTF-16 offset in the statement's text; 0 by default. */
  readonly offset?: number;
  /** One sentence: what it does to whom. Names as displayIdentifier shows them. */
  readonly message: string;
  /** More, for those who ask why: a sentence or two. */
  readonly why?: string;
  /** Where lock, blocked, rewrite and the tables come from. */
  readonly use?: FormUse;
  /** The table whose size and traffic decide how bad it is; by default the target of `use`. */
  readonly table?: RelationName;
  /** How bad it is, where the rule itself knows; else the rule's severity weighed by the table. */
  readonly severity?: Severity;
  /** As a function it is made only for a complaint that comes to something. */
  readonly fix?: Fix | (() => Fix | undefined);
  /** It is none if a later statement of the set sees to it: asked of what is known behind the last file. */
  readonly unlessLater?: (known: Known) => boolean;
}

/** A complaint with its rule, weighed and placed. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly version: string;
  readonly file: string;
  /** From 1, in characters. */
  readonly line: number;
  readonly column: number;
  readonly lineText: string;
  /** Behind the last character of the statement, for formats that want a range. */
  readonly endLine: number;
  readonly endColumn: number;
  readonly message: string;
  readonly why: string | null;
  /** As SQL writes it: `ACCESS EXCLUSIVE`; with the table it is on. */
  readonly lock: string | null;
  /** The relation that is locked, as people write it. */
  readonly relation: string | null;
  /** `reads and writes`, `writes`, or in words what else waits. */
  readonly blocks: string | null;
  readonly rewrite: boolean;
  readonly scan: boolean;
  /** What is known of the table: rows and bytes. */
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly fix: Fix | null;
  /** The statement that the fix is for, as written. */
  readonly statement: string | null;
  /** The statement in the file's text, as UTF-16 offsets; null where a fix cannot stand in its place. */
  readonly span: { readonly start: number; readonly end: number } | null;
  /** The reason of the `-- Allow:` that accepts it; such a finding does not count. */
  readonly allowed: string | null;
}
