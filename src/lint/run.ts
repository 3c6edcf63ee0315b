import type { Known, Learner } from '../known/known.ts';
import type { Migration, Statement } from '../migration/migration.ts';
import type { NotUnderstood } from '../syntax/tree.ts';
import { allowances } from './allow.ts';
import { type ActiveRule, Asked, traitsOf } from './asked.ts';
import { JudgedSet } from './file-set.ts';
import type { Complaint, Finding } from './finding.ts';
import { ForwardWatch } from './forward-watch.ts';
import { FindingPlacer } from './place.ts';
import { ReadAhead } from './read-ahead.ts';
import type { NotUnderstoodStatement } from './report.ts';
import type { FileComplaint, FileSet, FileSubject, PastFile, Subject } from './rule.ts';
import { bodySubjects, type InnerStatements, learnFile, rollbackSubjects } from './statement-subjects.ts';
import type { Reading, StatementSubject } from './subject.ts';
import { weigh } from './weigh.ts';

export interface LintInput {
  /** In the order in which they are applied: those to judge, and those before them that teach what is there. */
  readonly migrations: readonly Migration[];
  readonly judged: ReadonlySet<string>;
  /** What a server or its statistics tell is in it already, with the versions that `included` names. */
  readonly learner: Learner;
  readonly included: ReadonlySet<string>;
  readonly rules: readonly ActiveRule[];
  /** Ids and aliases of all rules, those that are off too, each with the ids that it means. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  readonly reading: Reading;
  readonly innerStatements: InnerStatements;
  /** Called before each file. */
  readonly onFile?: (migration: Migration) => void;
}

/** What the rules have to say of the files that are judged, in the order of the files and of their lines. */
export interface Found {
  readonly findings: readonly Finding[];
  /** How many statements were judged, those of ROLLBACK sections too. */
  readonly statements: number;
  readonly notUnderstood: readonly NotUnderstoodStatement[];
}

/** In a generator, so that a long run can be left in between: it rests between files and every so many statements. */
export function* findAll(input: LintInput): Generator<void, Found> {
  const asked = new Asked(input.rules);
  const ahead = new ReadAhead(input.reading.parse, input.migrations, input.judged);
  const forward = new ForwardWatch({ ...input, learner: input.learner.fork() });
  const follow = input.rules.some(({ rule }) => rule.hindsight) ? forward.follow : undefined;
  const plain = { ...input.reading, included: input.included, run: input };
  const reading = { ...plain, ahead, ...(follow ? { follow } : {}) };
  const set = new JudgedSet({ ...input, learner: input.learner.fork(), forward });
  const judging = { ...input, reading, set };
  const files: FileFindings[] = [];
  for (const migration of input.migrations) {
    yield;
    if (input.judged.has(migration.version)) files.push(yield* findIn(judging, asked, migration));
    else if (!input.included.has(migration.version))
      learnFile(reading, migration, input.learner, input.innerStatements);
  }
  const { known } = input.learner;
  const settled = (one: FileFindings) =>
    one.settled(known, new PastFileSubject({ ...input, reading: plain }, set, one.migration));
  return {
    findings: files.flatMap((one) => allowances(one.migration, settled(one), input.rules, input.names)),
    statements: files.reduce((sum, { statements }) => sum + statements, 0),
    notUnderstood: files.flatMap(({ notUnderstood }) => notUnderstood),
  };
}

/** A statement takes a fraction of a millisecond. */
const RESTS_AFTER = 500;

function* findIn(
  { reading, set, ...input }: LintInput & { readonly set: FileSet },
  asked: Asked,
  migration: Migration,
): Generator<void, FileFindings> {
  input.onFile?.(migration);
  // What it has made is known from the server: learned again, a table would lose its size and be new.
  const learner = input.included.has(migration.version) ? input.learner.fork() : input.learner;
  const before = learner.known;
  const findings = new FileFindings(migration);
  const body: StatementSubject[] = [];
  const traits = new Set<string>();
  for (const subject of bodySubjects(reading, migration, learner, input.innerStatements)) {
    if (findings.count(subject) % RESTS_AFTER === 0) yield;
    // The uses are found now, while it stands for what is known before the statement.
    const own = traitsOf(subject);
    for (const one of own) traits.add(one);
    for (const active of asked.of(own)) findings.addAll(active, active.rule.statement?.(subject), subject);
    if (!migration.large) body.push(subject);
  }
  const after = learner.known;
  const rollback: StatementSubject[] = [];
  for (const subject of rollbackSubjects(reading, migration, learner.fork())) {
    if (rollback.push(subject) % RESTS_AFTER === 0) yield;
    for (const active of asked.rollback) findings.addAll(active, active.rule.statement?.(subject), subject);
  }
  findings.statements += rollback.length;
  const file: FileSubject = { set, migration, body, rollback, options: reading.options, before, after };
  for (const active of asked.ofFile(traits)) {
    if (body.length > RESTS_AFTER) yield;
    findings.addFile(active, file);
  }
  return findings;
}

class PastFileSubject implements PastFile {
  readonly set: FileSet;
  readonly migration: Migration;
  readonly #input: LintInput;

  constructor(input: LintInput, set: FileSet, migration: Migration) {
    this.#input = input;
    this.set = set;
    this.migration = migration;
  }

  get body(): StatementSubject[] {
    const { reading, learner, innerStatements } = this.#input;
    return this.migration.large ? [] : [...bodySubjects(reading, this.migration, learner.fork(), innerStatements)];
  }
}

/** The findings of one file. */
class FileFindings {
  readonly migration: Migration;
  statements = 0;
  readonly notUnderstood: NotUnderstoodStatement[] = [];
  readonly #placer: FindingPlacer;
  /** Rules that are asked when all files have been read, and between which findings theirs belong. */
  readonly #postponed: { readonly active: ActiveRule; readonly place: number }[] = [];
  readonly #found: { readonly finding: Finding; readonly unlessLater: Complaint['unlessLater'] }[] = [];

  constructor(migration: Migration) {
    this.migration = migration;
    this.#placer = new FindingPlacer(migration);
  }

  /** How many that makes. */
  count({ statement, notUnderstood }: Subject): number {
    if (notUnderstood) this.notUnderstood.push(this.#placeOf(statement, notUnderstood));
    return ++this.statements;
  }

  #placeOf(statement: Statement, { message, offset }: NotUnderstood): NotUnderstoodStatement {
    const { line, column } = this.#placer.placeOf(statement, offset);
    return { file: this.migration.file, line, column, reason: message };
  }

  addAll(active: ActiveRule, complaints: Iterable<Complaint> | undefined, subject: Subject): void {
    for (const complaint of complaints ?? []) this.#add(active, complaint, subject);
  }

  addFile(active: ActiveRule, file: FileSubject): void {
    if (active.rule.hindsight) this.#postponed.push({ active, place: this.#found.length });
    this.#addOfFile(active, active.rule.file?.(file));
  }

  #addOfFile(active: ActiveRule, complaints: Iterable<FileComplaint> | undefined): void {
    for (const complaint of complaints ?? []) {
      const { subject } = complaint;
      if (subject) this.#add(active, complaint, subject);
      else this.#push(this.#placer.atTop(active.rule.id, complaint.severity ?? active.severity, complaint), complaint);
    }
  }

  #add({ rule, severity }: ActiveRule, complaint: Complaint, subject: Subject): void {
    const weighed = weigh(rule, severity, complaint, subject);
    if (weighed) this.#push(this.#placer.at(rule.id, weighed, complaint, subject), complaint);
  }

  #push(finding: Finding, { unlessLater }: Complaint): void {
    this.#found.push({ finding, unlessLater });
  }

  /** Those that hold, given what is known behind the last file of the set. */
  settled(known: Known, file: PastFile): Finding[] {
    for (const { active, place } of this.#postponed.reverse()) {
      const behind = this.#found.splice(place);
      this.#addOfFile(active, active.rule.hindsight?.(file));
      this.#found.push(...behind);
    }
    return this.#found
      .filter(({ unlessLater }) => !unlessLater?.(known))
      .map(({ finding }) => finding)
      .sort((one, other) => one.line - other.line || one.column - other.column);
  }
}
