import type { Learner } from '../known/known.ts';
import type { Migration } from '../migration/migration.ts';
import { type Asked, traitsOf } from './asked.ts';
import { FileFindings } from './file-findings.ts';
import type { FileSet, FileSubject } from './rule.ts';
import { bodySubjects, type InnerStatements, rollbackSubjects } from './statement-subjects.ts';
import type { Reading, StatementSubject } from './subject.ts';

export interface Judging {
  readonly asked: Asked;
  readonly set: FileSet;
  readonly reading: Reading;
  readonly innerStatements: InnerStatements;
}

/** A statement that has been learned, and that no rule has seen. */
interface Waiting {
  readonly subject: StatementSubject;
  readonly findings: FileFindings;
  /** Of the statements of its file's body. */
  readonly traits: Set<string>;
}

/** A file whose statements wait all. */
interface WaitingFile extends Omit<Waiting, 'subject'> {
  readonly file: FileSubject;
}

/** So many take about 20 ms in each stage. */
const IN_A_ROW = 250;

/**
 * Judges statements many in a row, over the borders of files: first they are learned, then recognised, then the rules look at them
 * and at the files that end there. One statement through all of this before the next one takes longer, since the processor has
 * forgotten each stage when it comes to it again (measured).
 */
export class Batches {
  readonly #judging: Judging;
  #statements: Waiting[] = [];
  #files: WaitingFile[] = [];

  constructor(judging: Judging) {
    this.#judging = judging;
  }

  /** What is found in a file; it is complete after the next `judge`. */
  *add(migration: Migration, learner: Learner): Generator<void, FileFindings> {
    const { reading, set, innerStatements } = this.#judging;
    const before = learner.known;
    const waiting = { findings: new FileFindings(migration), traits: new Set<string>() };
    const body: StatementSubject[] = [];
    for (const subject of bodySubjects(reading, migration, learner, innerStatements)) {
      if (!migration.large) body.push(subject);
      yield* this.#addStatement({ ...waiting, subject });
    }
    const after = learner.known;
    const rollback: StatementSubject[] = [];
    for (const subject of rollbackSubjects(reading, migration, learner.fork())) {
      rollback.push(subject);
      yield* this.#addStatement({ ...waiting, subject });
      // What the last one does nobody asks, so it is not learned.
      if (migration.rollback.kind === 'sql' && subject.statement === migration.rollback.statements.at(-1)) break;
    }
    const file = { set, migration, body, rollback, options: reading.options, before, after };
    this.#files.push({ ...waiting, file });
    return waiting.findings;
  }

  *#addStatement(waiting: Waiting): Generator<void> {
    waiting.findings.count(waiting.subject);
    if (this.#statements.push(waiting) === IN_A_ROW) yield* this.judge();
  }

  /** All that waits. */
  *judge(): Generator<void> {
    yield;
    const traits = this.#statements.map(({ subject }) => traitsOf(subject));
    yield;
    for (const [i, one] of this.#statements.entries()) this.#judgeStatement(one, traits[i]!);
    this.#statements = [];
    yield;
    for (const one of this.#files) yield* this.#judgeFile(one);
    this.#files = [];
  }

  #judgeStatement({ subject, findings, traits }: Waiting, own: readonly string[]): void {
    const { asked } = this.#judging;
    const isBody = subject.section === 'body';
    if (isBody) for (const one of own) traits.add(one);
    for (const active of isBody ? asked.of(own) : asked.rollback)
      findings.addAll(active, active.rule.statement?.(subject), subject);
    subject.seenByRules();
  }

  *#judgeFile({ file, findings, traits }: WaitingFile): Generator<void> {
    for (const active of this.#judging.asked.ofFile(traits)) {
      if (file.body.length > IN_A_ROW) yield;
      findings.addFile(active, file);
    }
  }
}
