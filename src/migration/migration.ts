import type { DataSpec, Placeholder } from './data-spec.ts';

/**
 * Glossary. Migration: one file, one step in the database's history. Version: its file's stem. Body: the statements that
 * are applied. Section: VERIFY or ROLLBACK, written as comments after the body.
 */
export interface Migration {
  /** The file's stem: `003_add_new_feature`. */
  readonly version: string;
  readonly number: bigint;
  /** The description part of the stem: `add_new_feature`. */
  readonly name: string;
  /** For people: the first comment line, else the Description header, else the name with blanks. */
  readonly description: string;
  readonly headers: Headers;
  /** Path as shown to people. */
  readonly file: string;
  /** The file's text with LF line breaks and without a byte order mark; all offsets are UTF-16 offsets in it. */
  readonly text: string;
  /** SHA-256 (hex) of the file's bytes with CRLF read as LF and no byte order mark. */
  readonly checksum: string;
  /** SHA-256 (hex) of the text from the first statement to the end of the last one: the same while only headers,
   * sections and comments around the body change. */
  readonly bodyChecksum: string;
  /** The body's statements; BEGIN and COMMIT around all of it are left out. */
  readonly statements: readonly Statement[];
  /** The queries of the VERIFY section; empty without one. */
  readonly verify: readonly Statement[];
  readonly rollback: Rollback;
  /** Of a data migration: how it goes through its rows. */
  readonly data?: DataSpec;
  /** The file wraps all of itself in one BEGIN ... COMMIT. */
  readonly wrappedInTransaction: boolean;
  /** Set for a file too large to hold: `statements` is empty then, and these are read from the file as they are used. */
  readonly large?: LargeBody;
}

/** The body of a large file, all of which runs in one transaction. */
export interface LargeBody {
  readonly statementCount: number;
  /** Reads the statements once more; throws if the file is not what it was when it was hashed. */
  statements(): Iterable<Statement>;
}

export type Rollback =
  | { readonly kind: 'sql'; readonly statements: readonly Statement[]; readonly sql: string }
  | { readonly kind: 'irreversible'; readonly reason: string }
  | { readonly kind: 'none' };

export interface Statement {
  /** From the first token to the last, without the `;`. */
  readonly sql: string;
  /** Up to the first 12 tokens: words in upper case, quoted names as written, strings as `''`. */
  readonly words: readonly string[];
  /** Where it begins in `Migration.text`, as offset (-1 in a large file's body) and as line and column (from 1, in characters). */
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  /** The rows of COPY ... FROM STDIN, each with its line break; in pieces where they are read from a large file. */
  readonly copyData?: string | Iterable<string>;
  /** Where `:batch` stands in a data migration; `sql` has `(true)` there. */
  readonly batch?: readonly Placeholder[];
  /** In a section: for each line of `sql` the offset in `Migration.text` where it begins, after its `-- `. */
  readonly lineMap?: readonly number[];
}

export interface Headers {
  readonly author?: string;
  readonly date?: string;
  readonly description?: string;
  /** Versions, or their numbers, that must be applied before. */
  readonly depends: readonly string[];
  /** Data migrations that must have made the old objects needless, which this file drops; each is among `depends`, too. */
  readonly contracts: readonly string[];
  readonly requires: readonly { readonly extension: string }[];
  /** Versions that the file stands for, all of them; a database that has them has it. */
  readonly replaces: readonly ReplacedVersion[];
  readonly transaction?: 'none';
  readonly lockTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  readonly allow: readonly { readonly rule: string; readonly reason: string }[];
  /** Headers of data migrations, as written: Kind, Batch, Target, Pause, Where, Background, Keep, ...; see Migration.data. */
  readonly data: Readonly<Record<string, string>>;
}

/** A version that a squash stands for. */
export interface ReplacedVersion {
  readonly version: string;
  /** How its body's checksum begins, in hex; null where nobody wrote it down. */
  readonly body: string | null;
  /** The squash that stood for it, and is replaced itself by now; null where it is folded directly. */
  readonly within: string | null;
}
