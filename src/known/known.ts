import type { QualifiedName } from '../sql/token-reader.ts';
import type { SyntaxTree } from '../syntax/tree.ts';
import type {
  KnownDomain,
  KnownEnum,
  KnownFunction,
  KnownIndex,
  KnownTable,
  KnownUserType,
  Made,
  RelationName,
} from './table.ts';
import type { Usage } from './usage.ts';

/** The state of knowledge at one point of the files. It never changes: what is learned makes another one. */
export interface Known {
  /** Where an unqualified name points: the first schema of the search_path. */
  readonly defaultSchema: string;
  /** The relation or index that a name means: the first of the search_path that is known, else one of its first schema. */
  resolve(name: QualifiedName): RelationName;
  /** The same for a type. */
  resolveType(name: QualifiedName): RelationName;
  table(name: QualifiedName | RelationName | undefined): KnownTable | undefined;
  /** An index and its table. */
  index(
    name: QualifiedName | RelationName | undefined,
  ): { readonly table: KnownTable; readonly index: KnownIndex } | undefined;
  enum(name: QualifiedName | RelationName | undefined): KnownEnum | undefined;
  domain(name: QualifiedName | RelationName | undefined): KnownDomain | undefined;
  /** A type that somebody made; undefined for those of PostgreSQL itself. */
  userType(name: QualifiedName | RelationName | undefined): KnownUserType | undefined;
  /** All functions of that name. */
  functions(name: QualifiedName | undefined): readonly KnownFunction[];
  tables(): Iterable<KnownTable>;
  /** Foreign keys that point at a table, with the tables that hold them. */
  referencing(name: RelationName): readonly { readonly table: KnownTable; readonly constraint: string }[];
  /** The sequences of its columns: of serial and identity, and those that it was made the owner of. */
  sequencesOf(name: RelationName): readonly KnownTable[];
  /** Views and materialized views that read a table, as far as files and statistics tell. */
  dependents(name: RelationName): readonly RelationName[];
  /**
   * Signs that somebody still uses a relation or a column, by the statistics of a server. Empty: nobody did while it was watched
   * (for a day at least). Undefined: nobody can tell.
   */
  usage(name: RelationName, column?: string): readonly Usage[] | undefined;
}

/** Knowledge that grows with each statement. */
export interface Learner {
  /** As it is now; what was asked for before stays as it was. */
  readonly known: Known;
  /** What a file sets for its session, such as the search_path, ends with it. */
  beginFile(): void;
  learn(tree: SyntaxTree, made: Made): void;
  /** Another one that knows as much: what it learns this one does not. */
  fork(): Learner;
}

/**
 * Whether nobody else can be using it: it was made by the file at hand, or by another one that has not been applied either.
 * `unapplied` holds the versions of the set that is being judged.
 */
export function isNew(made: Made | undefined, unapplied: ReadonlySet<string>): boolean {
  return made !== undefined && unapplied.has(made.version);
}
