import type { FormId, FormUse } from '../facts/form.ts';
import type { ForwardNeed } from '../graph/forward.ts';
import type { MigrationGraph } from '../graph/graph.ts';
import type { Known } from '../known/known.ts';
import type { Made, RelationName } from '../known/table.ts';
import type { DependsReference } from '../migration/depends.ts';
import type { Migration, Statement } from '../migration/migration.ts';
import type { Problem } from '../problem/problem.ts';
import type { NotUnderstood, SyntaxTree } from '../syntax/tree.ts';
import type { Complaint, Severity } from './finding.ts';
import type { StatementKind } from './statement-kinds.ts';

export type Topic = 'locks' | 'compatibility' | 'transactions' | 'data' | 'rollback' | 'security' | 'design';

/** What a rule is, for the list, the help and its page in docs/rules/. */
interface RuleFacts {
  /** The name in `-- Allow:`, in settings and of its page: `adding-foreign-key-constraint`. */
  readonly id: string;
  readonly topic: Topic;
  /** One line: what it finds. */
  readonly summary: string;
  /** Before the size of the table is known. `off`: only where settings ask for it. */
  readonly severity: Severity | 'off';
  /**
   * Whether a table that nobody can be using yet (made by the same file, or by another that is not applied either) is out of its
   * question, and size and traffic weigh. For what is about locks and rows; not for what is about design.
   */
  readonly weighed: boolean;
  /** Names of the same rule in other linters, whose allowances are accepted: `squawk:ban-drop-column`. */
  readonly aliases?: readonly string[];
  /**
   * What it is about: the type that the statement's tree has at its root, a command of ALTER TABLE, or the form of one of its
   * parts. It is asked about no other statement, and about no file whose body has none such. None: it is asked about all.
   */
  readonly on?: readonly (StatementKind | FormId)[];
}

/** A rule looks at one statement, or at one file as a whole. */
export interface Rule extends RuleFacts {
  /** Also for the statements of ROLLBACK sections (by default only the body). */
  readonly alsoInRollback?: true;
  readonly statement?: (subject: Subject) => Iterable<Complaint>;
  readonly file?: (file: FileSubject) => Iterable<FileComplaint>;
  /** Asked about each file when all have been read: what comes behind it is known then. */
  readonly hindsight?: (file: PastFile) => Iterable<FileComplaint>;
}

/** A complaint of a rule that looks at a file: about which statement; none: the file's first line. */
export interface FileComplaint extends Complaint {
  readonly subject?: Subject;
  /** The word of a header that it is about, where it is about no statement. */
  readonly header?: DependsReference;
}

/** One statement as a rule sees it. */
export interface Subject {
  readonly migration: Migration;
  readonly section: 'body' | 'rollback';
  /** From 0, in its section. */
  readonly index: number;
  readonly statement: Statement;
  /** Read when it is first asked for; undefined where the grammar does not take it, or where reading it is not worth it. */
  readonly tree: SyntaxTree | undefined;
  readonly notUnderstood: NotUnderstood | undefined;
  /** What of the facts it is. */
  readonly uses: readonly FormUse[];
  /** Everything that is known before it runs; a ROLLBACK section runs behind the body. */
  readonly known: Known;
  /** It stands in the body of a DO block, or of a routine of this file that a statement calls. */
  readonly inside: 'DO' | 'function' | undefined;
  /** It stands in a loop of that body: one that ends its transaction as it goes, or one that keeps all its locks to the end. */
  readonly loop: 'committing' | 'in one transaction' | undefined;
  /** Places inside it that may hold SQL which no text tells: EXECUTE of what is put together at run time. */
  readonly unknown: readonly { readonly offset: number; readonly why: string }[];
  /** What it was seen to do when it was rehearsed; undefined where it was not. */
  readonly seen: SeenEffect | undefined;
  /** Which of the file's transactions it is part of, from 0. */
  readonly transaction: number;
  readonly transactional: boolean;
  /**
   * The earlier ones of its own transaction, while the rules look at this one; it grows afterwards, so that whoever looks at a
   * whole file goes by `index` and `transaction`.
   */
  readonly before: readonly Subject[];
  readonly options: LintOptions;
  /** The same for everything that is judged in one go: what a rule that compares files remembers them by. */
  readonly run: object;
  /** The statistics have its file applied already: what is known is how it was behind it. */
  readonly isApplied: boolean;
  /** Nobody else can be using that table, index, type or function: the set that is being judged makes it. */
  isNew(object: { readonly made?: Made | undefined } | undefined): boolean;
}

/** What a server did for a statement on a rehearsal, to relations that were there before its file. */
export interface SeenEffect {
  readonly locks: readonly {
    readonly relation: RelationName;
    /** By the name of pg_locks. */
    readonly mode: string;
    readonly stalls: 'reads and writes' | 'writes' | null;
  }[];
  readonly rewrites: readonly RelationName[];
}

/** The files that are judged together, and those before them. */
export interface FileSet {
  /** In the order in which they run, with what each does; made when it is first asked for, which reads every file again. */
  readonly graph: MigrationGraph;
  /** What files use before it is made, by the version that uses it; for `hindsight`. */
  readonly forward: ReadonlyMap<string, readonly ForwardNeed[]>;
  readonly migration: (version: string) => Migration | undefined;
  /** The version that a word of a `Depends:` header means; else why none does. */
  readonly needed: (text: string) => string | Problem;
  /** What the headers of a version name, as far as that is there. */
  readonly dependsOf: (version: string) => readonly string[];
  /** Those that the files lie in, with a slash at the end. */
  readonly folders: ReadonlySet<string>;
}

export interface FileSubject {
  readonly set: FileSet;
  readonly migration: Migration;
  readonly body: readonly Subject[];
  readonly rollback: readonly Subject[];
  readonly options: LintOptions;
  /** What is known before the file and behind it. */
  readonly before: Known;
  readonly after: Known;
}

/** Its statements are read again when they are asked for: a whole run is not held. */
export type PastFile = Pick<FileSubject, 'set' | 'migration' | 'body'>;

export interface LintOptions {
  /** Major version of the servers it is for. */
  readonly serverMajor: number;
  /** From so many rows or bytes on, a table is large: what stalls it is an error. */
  readonly largeRows: number;
  readonly largeBytes: number;
  /** Up to so many a table is small: what stalls it is a note. */
  readonly smallRows: number;
  readonly smallBytes: number;
}
