import type { FormUse } from '../facts/form.ts';
import type { Known, Learner } from '../known/known.ts';
import type { Made } from '../known/table.ts';
import type { Migration, Statement } from '../migration/migration.ts';
import { isTree, type NotUnderstood, type Parsed, type ParseStatement, type SyntaxTree } from '../syntax/tree.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { LintOptions, SeenEffect, Subject } from './rule.ts';
import { worthReading } from './worth-reading.ts';

/** What all statements of a run share. */
export interface Reading {
  readonly parse: ParseStatement;
  /** Has read statements already, many at a time. */
  readonly ahead?: ReadAhead;
  readonly usesOf: (tree: SyntaxTree, known: Known, serverMajor: number) => FormUse[];
  /** What a statement is by its leading words, where the grammar does not take it. */
  readonly usesOfWords: (statement: Statement) => FormUse[];
  readonly options: LintOptions;
  /** What a rehearsal has shown of a statement. */
  readonly seenOf?: (migration: Migration, statement: Statement) => SeenEffect | undefined;
  /** Versions that are judged and not applied: nobody can be using what they make. */
  readonly unapplied: ReadonlySet<string>;
  /** Versions that are in the statistics already. */
  readonly included?: ReadonlySet<string>;
  /** What is judged in one go (`Subject.run`). */
  readonly run?: object;
  /** Told of each statement of a body, once what it does is known. */
  readonly follow?: (subject: Subject, before: Learner, after: Known) => void;
}

/** Where a statement stands. */
export type Standing = Pick<
  Subject,
  'migration' | 'section' | 'index' | 'statement' | 'known' | 'inside' | 'loop' | 'transaction' | 'transactional'
> &
  Partial<Pick<Subject, 'unknown' | 'seen'>> & { readonly before: Subject[] };

/** A statement whose tree is read when a rule first asks for it. */
export class StatementSubject implements Subject {
  readonly migration: Migration;
  readonly section: Subject['section'];
  readonly index: number;
  readonly statement: Statement;
  readonly known: Known;
  readonly inside: Subject['inside'];
  readonly loop: Subject['loop'];
  readonly transaction: number;
  readonly transactional: boolean;
  readonly before: Subject[];
  unknown: Subject['unknown'];
  readonly seen: Subject['seen'];
  readonly #reading: Reading;
  #parsed: Parsed | 'not read' | undefined;
  #uses: readonly FormUse[] | undefined;

  constructor(reading: Reading, standing: Standing) {
    this.#reading = reading;
    this.migration = standing.migration;
    this.section = standing.section;
    this.index = standing.index;
    this.statement = standing.statement;
    this.known = standing.known;
    this.inside = standing.inside;
    this.loop = standing.loop;
    this.transaction = standing.transaction;
    this.transactional = standing.transactional;
    this.before = standing.before;
    this.unknown = standing.unknown ?? [];
    this.seen = standing.seen;
  }

  get options(): LintOptions {
    return this.#reading.options;
  }

  get tree(): SyntaxTree | undefined {
    const parsed = this.#read();
    return parsed !== 'not read' && isTree(parsed) ? parsed : undefined;
  }

  get notUnderstood(): NotUnderstood | undefined {
    const parsed = this.#read();
    return parsed === 'not read' || isTree(parsed) ? undefined : parsed;
  }

  /** Read at once by whoever makes the subject: what is known moves on. */
  get uses(): readonly FormUse[] {
    this.#uses ??= this.#findUses();
    return this.#uses;
  }

  get run(): object {
    return this.#reading.run ?? this.#reading;
  }

  get isApplied(): boolean {
    return this.#reading.included?.has(this.migration.version) ?? false;
  }

  isNew(object: { readonly made?: Made | undefined } | undefined): boolean {
    const made = object?.made;
    if (made === undefined) return false;
    return made.version === this.migration.version || this.#reading.unapplied.has(made.version);
  }

  /** The rules have looked at it; those behind it in its transaction have it before them. */
  seenByRules(): void {
    this.before.push(this);
  }

  #read(): Parsed | 'not read' {
    this.#parsed ??= worthReading(this.statement) ? this.#parse() : 'not read';
    return this.#parsed;
  }

  #parse(): Parsed {
    const { ahead, parse } = this.#reading;
    return ahead ? ahead.of(this.statement) : parse(this.statement.sql);
  }

  #findUses(): FormUse[] {
    const { tree } = this;
    if (tree) return this.#reading.usesOf(tree, this.known, this.options.serverMajor);
    return this.#reading.usesOfWords(this.statement);
  }
}
