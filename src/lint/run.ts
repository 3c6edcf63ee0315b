import type { Learner } from '../known/known.ts';
import type { MayReplace } from '../migration/find-version.ts';
import type { Migration } from '../migration/migration.ts';
import { allowances } from './allow.ts';
import { type ActiveRule, Asked } from './asked.ts';
import { Batches } from './batches.ts';
import type { FileFindings } from './file-findings.ts';
import { JudgedSet } from './file-set.ts';
import type { Finding } from './finding.ts';
import { ForwardWatch } from './forward-watch.ts';
import { ReadAhead } from './read-ahead.ts';
import type { NotUnderstoodStatement } from './report.ts';
import type { FileSet, PastFile } from './rule.ts';
import { bodySubjects, type InnerStatements, learnFile } from './statement-subjects.ts';
import type { Reading, StatementSubject } from './subject.ts';

export interface LintInput {
  /** In the order in which they are applied: those to judge, and those before them that teach what is there. */
  readonly migrations: readonly Migration[];
  readonly judged: ReadonlySet<string>;
  /** What a `Depends:` header may name: by default the migrations. */
  readonly versions?: readonly MayReplace[];
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
  const ahead = new ReadAhead(input.reading.parse, input.migrations, input.judged);
  const forward = new ForwardWatch({ ...input, learner: input.learner.fork() });
  const follow = input.rules.some(({ rule }) => rule.hindsight) ? forward.follow : undefined;
  const plain = { ...input.reading, included: input.included, run: input };
  const reading = { ...plain, ahead, ...(follow ? { follow } : {}) };
  const set = new JudgedSet({ versions: input.migrations, ...input, learner: input.learner.fork(), forward });
  const batches = new Batches({ asked: new Asked(input.rules), set, reading, innerStatements: input.innerStatements });
  const files: FileFindings[] = [];
  for (const migration of input.migrations) {
    yield;
    if (input.judged.has(migration.version)) {
      input.onFile?.(migration);
      files.push(yield* batches.add(migration, learnerFor(input, migration)));
    } else if (!input.included.has(migration.version))
      learnFile(reading, migration, input.learner, input.innerStatements);
  }
  yield* batches.judge();
  const { known } = input.learner;
  const settled = (one: FileFindings) =>
    one.settled(known, new PastFileSubject({ ...input, reading: plain }, set, one.migration));
  return {
    findings: files.flatMap((one) => allowances(one.migration, settled(one), input.rules, input.names)),
    statements: files.reduce((sum, { statements }) => sum + statements, 0),
    notUnderstood: files.flatMap(({ notUnderstood }) => notUnderstood),
  };
}

/** What an applied file has made is known from the server: learned again, a table would lose its size and be new. */
function learnerFor({ learner, included }: LintInput, { version }: Migration): Learner {
  return included.has(version) ? learner.fork() : learner;
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
