import type { Learner } from '../known/known.ts';
import type { Migration } from '../migration/migration.ts';
import type { NotUnderstood } from '../syntax/tree.ts';
import { allowances } from './allow.ts';
import type { Complaint, Finding, Severity } from './finding.ts';
import { FindingPlacer } from './place.ts';
import type { NotUnderstoodStatement } from './report.ts';
import type { FileSubject, Rule, Subject } from './rule.ts';
import { bodySubjects, type InnerStatements, learnFile, rollbackSubjects } from './statement-subjects.ts';
import type { Reading, StatementSubject } from './subject.ts';
import { weigh } from './weigh.ts';

/** A rule with the severity that settings give it. */
export interface ActiveRule {
  readonly rule: Rule;
  readonly severity: Severity;
}

export interface LintInput {
  /** In the order in which they are applied: those to judge, and those before them that teach what is there. */
  readonly migrations: readonly Migration[];
  readonly judged: ReadonlySet<string>;
  /** What a server or its statistics tell is in it already, with the versions that `included` names. */
  readonly learner: Learner;
  readonly included: ReadonlySet<string>;
  readonly rules: readonly ActiveRule[];
  /** Ids and aliases of all rules, those that are off too, each with the id. */
  readonly names: ReadonlyMap<string, string>;
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

export function findAll(input: LintInput): Found {
  const found = input.migrations.flatMap((migration) => {
    if (input.judged.has(migration.version)) return findIn(input, migration);
    if (!input.included.has(migration.version)) {
      learnFile(input.reading, migration, input.learner, input.innerStatements);
    }
    return [];
  });
  return {
    findings: found.flatMap(({ findings }) => findings),
    statements: found.reduce((sum, { statements }) => sum + statements, 0),
    notUnderstood: found.flatMap(({ notUnderstood }) => notUnderstood),
  };
}

function findIn(input: LintInput, migration: Migration): Found {
  input.onFile?.(migration);
  const { reading, learner, rules } = input;
  const before = learner.known;
  const findings = new FileFindings(migration);
  const body: StatementSubject[] = [];
  const notUnderstood: NotUnderstoodStatement[] = [];
  let statements = 0;
  for (const subject of bodySubjects(reading, migration, learner, input.innerStatements)) {
    // Now, while it stands for what is known before the statement.
    void subject.uses;
    statements++;
    if (subject.notUnderstood) notUnderstood.push(findings.place(subject, subject.notUnderstood));
    for (const active of rules) findings.addAll(active, active.rule.statement?.(subject), subject);
    if (!migration.large) body.push(subject);
  }
  const after = learner.known;
  const rollback = rollbackSubjects(reading, migration, after);
  for (const subject of rollback) {
    for (const active of rules) {
      if (active.rule.alsoInRollback) findings.addAll(active, active.rule.statement?.(subject), subject);
    }
  }
  const file: FileSubject = { migration, body, rollback, options: reading.options, before, after };
  for (const active of rules) findings.addFile(active, file);
  return {
    findings: allowances(migration, findings.sorted, rules, input.names),
    statements: statements + rollback.length,
    notUnderstood,
  };
}

/** The findings of one file. */
class FileFindings {
  readonly #file: string;
  readonly #placer: FindingPlacer;
  readonly #found: Finding[] = [];

  constructor(migration: Migration) {
    this.#file = migration.file;
    this.#placer = new FindingPlacer(migration);
  }

  place({ statement }: Subject, { message, offset }: NotUnderstood): NotUnderstoodStatement {
    const { line, column } = this.#placer.placeOf(statement, offset);
    return { file: this.#file, line, column, reason: message };
  }

  addAll(active: ActiveRule, complaints: Iterable<Complaint> | undefined, subject: Subject): void {
    for (const complaint of complaints ?? []) this.#add(active, complaint, subject);
  }

  addFile(active: ActiveRule, file: FileSubject): void {
    for (const complaint of active.rule.file?.(file) ?? []) {
      const { subject } = complaint;
      if (subject) this.#add(active, complaint, subject);
      else this.#found.push(this.#placer.atTop(active.rule.id, complaint.severity ?? active.severity, complaint));
    }
  }

  #add({ rule, severity }: ActiveRule, complaint: Complaint, subject: Subject): void {
    const weighed = weigh(rule, severity, complaint, subject);
    if (weighed) this.#found.push(this.#placer.at(rule.id, weighed, complaint, subject));
  }

  get sorted(): Finding[] {
    return this.#found.sort((one, other) => one.line - other.line || one.column - other.column);
  }
}
