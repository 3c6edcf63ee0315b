import type { Learner } from '../known/known.ts';
import type { Migration, Statement } from '../migration/migration.ts';
import { planMigrationSteps } from '../plan/steps.ts';
import { splitScript } from '../sql/splitter.ts';
import type { Inner } from '../syntax/inner/statement.ts';
import type { SyntaxTree } from '../syntax/tree.ts';
import { MadeRoutines } from './made-routines.ts';
import type { Subject } from './rule.ts';
import { type Reading, StatementSubject } from './subject.ts';

const NOTHING: Inner = { statements: [], unknown: [] };

/** What stands inside a DO block or function. */
export type InnerStatements = (tree: SyntaxTree, sql: string) => Inner;

/**
 * The statements of a file's body in order, each before what it does is known; those inside a DO block behind the block, and
 * those of a routine that the file has made behind the statement that calls it.
 */
export function* bodySubjects(
  reading: Reading,
  migration: Migration,
  learner: Learner,
  inner: InnerStatements,
): Generator<StatementSubject> {
  const places = transactions(migration, reading.options.serverMajor);
  const routines = new MadeRoutines();
  let index = 0;
  learner.beginFile();
  for (const statement of migration.large?.statements() ?? migration.statements) {
    const place = places(index);
    const subject = new StatementSubject(reading, {
      migration,
      section: 'body',
      index,
      statement,
      known: learner.known,
      inside: undefined,
      loop: undefined,
      transaction: place.transaction,
      transactional: place.transactional,
      before: place.before,
      seen: reading.seenOf?.(migration, statement),
    });
    const before = reading.follow && learner.fork();
    const inside = subject.statement.words[0] === 'DO' && subject.tree ? inner(subject.tree, statement.sql) : NOTHING;
    subject.unknown = inside.unknown;
    yield subject;
    const own = { by: subject, written: subject, inside: 'DO', statements: inside.statements } as const;
    for (const run of [own, ...called(subject, routines, inner)]) yield* innerSubjects(reading, run, learner, place);
    learnFrom(learner, subject);
    if (before) reading.follow?.(subject, before, learner.known);
    routines.add(subject);
    index++;
  }
}

function called(subject: StatementSubject, routines: MadeRoutines, inner: InnerStatements): Run[] {
  return routines.calledBy(subject).flatMap((written) => {
    const { statements } = written.tree ? inner(written.tree, written.statement.sql) : NOTHING;
    return [{ by: subject, written, inside: 'function', statements }];
  });
}

/**
 * Those of the ROLLBACK section in order, each before what it does is known. `learner` knows what the body makes; it learns what
 * they undo, so that whoever needs it as it was hands in a fork.
 */
export function* rollbackSubjects(
  reading: Reading,
  migration: Migration,
  learner: Learner,
): Generator<StatementSubject> {
  if (migration.rollback.kind !== 'sql') return;
  const place: Place = { transaction: 0, transactional: true, before: [] };
  learner.beginFile();
  for (const [index, statement] of migration.rollback.statements.entries()) {
    const subject = new StatementSubject(reading, {
      migration,
      section: 'rollback',
      index,
      statement,
      known: learner.known,
      inside: undefined,
      loop: undefined,
      transaction: place.transaction,
      transactional: place.transactional,
      before: place.before,
    });
    yield subject;
    learnFrom(learner, subject);
  }
}

interface Place {
  readonly transaction: number;
  readonly transactional: boolean;
  readonly before: Subject[];
}

function transactions(migration: Migration, serverMajor: number): (index: number) => Place {
  if (migration.large) {
    const only: Place = { transaction: 0, transactional: true, before: [] };
    return () => only;
  }
  const places = planMigrationSteps(migration, serverMajor * 10_000).steps.flatMap((step, transaction) => {
    const place: Place = { transaction, transactional: step.transactional, before: [] };
    return step.statements.map(() => place);
  });
  return (index) => places[index]!;
}

/** A body that a statement runs: its own, or that of a routine which another statement has made. */
interface Run {
  readonly by: StatementSubject;
  /** The statement in which it stands. */
  readonly written: StatementSubject;
  readonly inside: 'DO' | 'function';
  readonly statements: Inner['statements'];
}

function* innerSubjects(
  reading: Reading,
  { by, written, inside, statements }: Run,
  learner: Learner,
  place: Place,
): Generator<StatementSubject> {
  for (const { sql, offset, inLoop, commits } of statements) {
    const statement = innerStatement(written, sql, offset);
    if (!statement) continue;
    const { migration, section, index } = by;
    const loop = inLoop ? (commits ? 'committing' : 'in one transaction') : undefined;
    const standing = { migration, section, index, statement, known: learner.known, inside, loop } as const;
    const subject = new StatementSubject(reading, { ...standing, ...place });
    yield subject;
    learnFrom(learner, subject);
  }
}

function innerStatement({ statement: outer }: StatementSubject, sql: string, offset: number): Statement | undefined {
  for (const item of splitScript(sql, () => {})) {
    if (item.kind !== 'statement') continue;
    return { sql: sql.slice(item.start, item.end), words: item.words, ...placeIn(outer, offset + item.start) };
  }
  return undefined;
}

function placeIn(outer: Statement, offset: number): Pick<Statement, 'offset' | 'line' | 'column'> {
  const text = outer.sql.slice(0, offset);
  const lines = text.split('\n');
  const column = [...(lines.at(-1) ?? '')].length + 1;
  return {
    offset: outer.offset < 0 ? -1 : outer.offset + offset,
    line: outer.line + lines.length - 1,
    column: lines.length === 1 ? outer.column + column - 1 : column,
  };
}

const TEACHES = new Set(['CREATE', 'ALTER', 'DROP', 'SET', 'SELECT', 'DO', 'COMMENT', 'TRUNCATE', 'RESET', 'WITH']);

function learnFrom(learner: Learner, { statement, tree, migration, index }: StatementSubject): void {
  if (TEACHES.has(statement.words[0] ?? '') && tree)
    learner.learn(tree, { version: migration.version, statement: index });
}

/** What a file that is not judged has to teach. */
export function learnFile(reading: Reading, migration: Migration, learner: Learner, inner: InnerStatements): void {
  for (const _ of bodySubjects(reading, migration, learner, inner)) {
    // Learning is all that is wanted.
  }
}
