import { FootprintReader } from '../footprint/migration.ts';
import { type NameMade, namesMade } from '../footprint/names-made.ts';
import { NamesUsed } from '../footprint/names-used.ts';
import type { Footprint } from '../graph/access.ts';
import { canBeForward, type ForwardNeed, forwardNeeds } from '../graph/forward.ts';
import type { Known, Learner } from '../known/known.ts';
import type { Migration, Statement } from '../migration/migration.ts';
import { as, type Node, type Parsed } from '../syntax/tree.ts';
import { ReadAhead } from './read-ahead.ts';
import type { Subject } from './rule.ts';
import { type InnerStatements, learnFile } from './statement-subjects.ts';
import type { Reading } from './subject.ts';

export interface ForwardWatchInput {
  readonly migrations: readonly Migration[];
  readonly judged: ReadonlySet<string>;
  readonly included: ReadonlySet<string>;
  /** As it is before the first of them; it learns. */
  readonly learner: Learner;
  readonly reading: Reading;
  readonly innerStatements: InnerStatements;
}

type FileReader = ReturnType<FootprintReader['open']>;

/**
 * Sees what files use before it is made. In most sets no file makes anything that has a name of which an earlier one speaks: so much
 * is seen while they are judged. Only of the others footprints are read, from the first file on.
 */
export class ForwardWatch {
  readonly #input: ForwardWatchInput;
  readonly #reader: FootprintReader;
  readonly #footprints = new Map<string, Footprint>();
  readonly #names = new NamesUsed();
  #mayNeed = false;
  #named: { readonly migration: Migration; readonly rows: Set<string> } | undefined;
  #file: { readonly migration: Migration; readonly reader: FileReader; readonly rows: Set<string> } | undefined;

  constructor(input: ForwardWatchInput) {
    this.#input = input;
    this.#reader = new FootprintReader(
      { parse: input.reading.parse, inner: input.innerStatements, keeps: canBeForward },
      input.learner,
    );
  }

  /** The next statement of a body, those inside it apart. */
  readonly follow = (subject: Subject, before: Learner, after: Known): void => {
    if (this.#mayNeed || this.#input.migrations.length < 2) return;
    const { migration, statement, tree, notUnderstood } = subject;
    const { rows } = this.#namedOf(migration);
    if (tree) this.#nameTree(tree.node, before.known, after);
    else if (!notUnderstood && isFirst(statement, rows)) this.#names.addText(statement.sql);
  };

  #namedOf(migration: Migration) {
    if (this.#named?.migration === migration) return this.#named;
    this.#names.beginFile();
    this.#named = { migration, rows: new Set() };
    return this.#named;
  }

  #nameTree(node: Node, before: Known, after: Known): void {
    this.#mayNeed = this.#isUsed(node, namesMade(node, before, after));
    this.#names.add(node);
  }

  /** What makes nobody knows what may make anything; a routine does so in whichever file calls it. */
  #isUsed(node: Node, made: readonly NameMade[] | undefined): boolean {
    if (made) return made.some((one) => this.#names.isUsed(one));
    return this.#names.hasEarlierFiles || as('CreateFunctionStmt', node) !== undefined;
  }

  /** Whether what the files do has to be read, for an earlier one may use what a later one makes. */
  get isRead(): boolean {
    return this.#mayNeed;
  }

  /** Behind the last file. */
  needs(): ForwardNeed[] {
    if (!this.isRead) return [];
    this.#readAll();
    const needs = this.#found();
    if (needs.length === 0 || this.#input.included.size === 0) return needs;
    // What an applied file has made first, no later one makes; few sets are worth reading those for.
    for (const migration of this.#input.migrations)
      if (!this.#footprints.has(migration.version)) this.#keep(this.#reader.read(migration));
    return this.#found();
  }

  /** Once more, as they were read when they were judged. */
  #readAll(): void {
    const { migrations, judged, included, learner, innerStatements } = this.#input;
    const own = learner.fork();
    const ahead = new ReadAhead(this.#input.reading.parse, migrations, new Set());
    const reading = { ...this.#input.reading, ahead, included, follow: this.#read };
    for (const migration of migrations)
      if (!included.has(migration.version)) learnFile(reading, migration, own, innerStatements);
      else if (judged.has(migration.version)) learnFile(reading, migration, own.fork(), innerStatements);
    this.#close();
  }

  readonly #read = (subject: Subject, before: Learner, after: Known): void => {
    const { migration, statement, tree, notUnderstood } = subject;
    const file = this.#fileOf(migration);
    const parsed = tree ?? notUnderstood ?? this.#rowsWritten(statement, file.rows);
    // What a DO block does is learned statement by statement.
    if (parsed) file.reader.read(statement, parsed, statement.words[0] === 'DO' ? before : known(before, after));
  };

  #found(): ForwardNeed[] {
    return forwardNeeds(this.#input.migrations.flatMap(({ version }) => this.#footprints.get(version) ?? []));
  }

  #fileOf(migration: Migration) {
    if (this.#file?.migration === migration) return this.#file;
    this.#close();
    this.#file = { migration, reader: this.#reader.open(migration), rows: new Set() };
    return this.#file;
  }

  #close(): void {
    if (this.#file) this.#keep(this.#file.reader.footprint);
    this.#file = undefined;
  }

  #keep(footprint: Footprint): void {
    this.#footprints.set(footprint.version, footprint);
  }

  #rowsWritten(statement: Statement, seen: Set<string>): Parsed | undefined {
    return isFirst(statement, seen) ? this.#input.reading.parse(statement.sql) : undefined;
  }
}

/** Nobody has read rows that are written out: thousands of them name one table. */
function isFirst({ sql }: Statement, seen: Set<string>): boolean {
  const head = headOf(sql);
  if (seen.has(head)) return false;
  seen.add(head);
  return true;
}

/** What stands before the rows; all of it where the rows may name something, a function or a type. */
function headOf(sql: string): string {
  const at = sql.search(/\bvalues\b/i);
  if (at < 0) return sql;
  const rows = sql.slice(at + 'values'.length).replace(/'[^']*'/g, '');
  return /[\w"]\s*\(|::|\b(?:cast|collate)\b/i.test(rows) ? sql : sql.slice(0, at);
}

/** One who knows already what a statement does. */
function known(before: Learner, after: Known): Learner {
  let now = before.known;
  return {
    get known() {
      return now;
    },
    beginFile() {},
    learn() {
      now = after;
    },
    fork: () => before.fork(),
  };
}
