import { type Forecast, type ForecastContext, forecast } from '../../forecast/forecast.ts';
import { lossesOf } from '../../forecast/losses.ts';
import { rowsMade } from '../../forecast/rows-made.ts';
import { unforeseenIn } from '../../forecast/unforeseen.ts';
import type { Learner } from '../../known/known.ts';
import { bodySubjects, type InnerStatements } from '../../lint/statement-subjects.ts';
import type { Reading, StatementSubject } from '../../lint/subject.ts';
import type { Migration, Statement } from '../../migration/migration.ts';

/** What forecasts are made with: the learner holds what is applied, and learns each migration in turn. */
export interface Foresight {
  readonly reading: Reading;
  readonly innerStatements: InnerStatements;
  readonly learner: Learner;
}

/** What was found out of one statement, those inside its DO block included. */
export interface Foreseen {
  readonly statement: Statement;
  readonly forecast: Forecast;
  readonly destroys: readonly string[];
}

/** The statements of a file's body in order, each with what it will do. */
export function* foresee(
  migration: Migration,
  { reading, learner, innerStatements }: Foresight,
): Generator<Foreseen, void, undefined> {
  let group: StatementSubject[] = [];
  for (const subject of bodySubjects(reading, migration, learner, innerStatements)) {
    if (subject.inside === undefined && group.length > 0) {
      yield foreseenOf(group, reading);
      group = [];
    }
    // What it does is found now: what is known moves on.
    if (subject.uses) group.push(subject);
  }
  if (group.length > 0) yield foreseenOf(group, reading);
}

/** `subjects`: a statement and those inside it. */
function foreseenOf(subjects: readonly StatementSubject[], { options }: Reading): Foreseen {
  const uses = subjects.flatMap((subject) => subject.uses);
  const subjectOf = new Map(subjects.flatMap((subject) => subject.uses.map((use) => [use, subject])));
  const isFollowed = subjects.some(({ inside }) => inside === 'function');
  const [outer, last] = [subjects[0]!, subjects.at(-1)!];
  const context: ForecastContext = {
    known: last.known,
    serverMajor: options.serverMajor,
    isNew: (table) => outer.isNew(table),
    unforeseen: subjects.map((one) => unforeseenOf(one, isFollowed)).find((reason) => reason !== null) ?? null,
    rowsMade: (use) => rowsMade(subjectOf.get(use)?.tree?.node),
  };
  return { statement: outer.statement, forecast: forecast(uses, context), destroys: lossesOf(uses, context) };
}

function unforeseenOf(subject: StatementSubject, isFollowed: boolean): string | null {
  const { statement, tree, known, unknown, notUnderstood } = subject;
  return unforeseenIn({ words: statement.words, tree, known, unknown, isUnderstood: !notUnderstood, isFollowed });
}
