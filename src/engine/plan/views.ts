import { type Forecast, type ForecastContext, forecast } from '../../forecast/forecast.ts';
import { lossesOf, lossesOfRollback } from '../../forecast/losses.ts';
import type { PlannedStep, PlannedView } from '../../forecast/plan-report.ts';
import type { Learner } from '../../known/known.ts';
import { bodySubjects, type InnerStatements, rollbackSubjects } from '../../lint/statement-subjects.ts';
import type { Reading, StatementSubject } from '../../lint/subject.ts';
import { asWritten } from '../../migration/as-written.ts';
import type { Migration } from '../../migration/migration.ts';
import type { PlannedMigration, UpPlan } from '../../plan/up.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { NeededLock } from './blockers.ts';

/** What the views are made with: the learner holds what is applied, and learns each migration in turn. */
export interface Foresight {
  readonly reading: Reading;
  readonly innerStatements: InnerStatements;
  readonly learner: Learner;
}

export interface PlanViews {
  readonly migrations: readonly PlannedView[];
  /** Locks that are asked for on relations that are there already. */
  readonly needed: readonly NeededLock[];
}

/** Each migration of a plan with what its statements will do. */
export function viewsOf(plan: UpPlan, foresight: Foresight, mask: (text: string) => string): PlanViews {
  const needed = new Map<string, NeededLock>();
  const migrations = plan.migrations.map((one, i) => {
    const before = plan.migrations[i - 1]?.version;
    return viewOf(one, before, { ...foresight, mask }, (lock) => needed.set(`${lock.relation}\0${lock.mode}`, lock));
  });
  return { migrations, needed: [...needed.values()] };
}

interface Masking {
  /** Hides the secrets of a statement before it is cut. */
  readonly mask: (text: string) => string;
}

/** What was found out of one statement, those inside its DO block included. */
interface Foreseen {
  readonly forecast: Forecast;
  readonly destroys: readonly string[];
}

function viewOf(
  planned: PlannedMigration,
  before: string | undefined,
  foresight: Foresight & Masking,
  need: (lock: NeededLock) => void,
): PlannedView {
  const { migration, plan, version } = planned;
  const foreseen = foresee(migration, foresight, need);
  const { depends } = migration.headers;
  return {
    version,
    description: migration.description,
    file: migration.file,
    why: whyHere(depends, before),
    depends,
    mode: plan.mode,
    steps: stepsOf(planned, foreseen, foresight),
    rollback: rollbackOf(migration, foresight),
    destroys: [...new Set(foreseen.flatMap((one) => one.destroys))],
  };
}

function whyHere(depends: readonly string[], before: string | undefined): string {
  if (depends.length > 0) return `depends on ${depends.join(', ')}`;
  return before === undefined ? 'the first that is not applied, by number' : `by number, behind ${before}`;
}

function foresee(migration: Migration, foresight: Foresight, need: (lock: NeededLock) => void): Foreseen[] {
  if (migration.large) return [];
  const { reading, learner, innerStatements } = foresight;
  const byIndex: StatementSubject[][] = [];
  const foreseen: Foreseen[] = [];
  for (const subject of bodySubjects(reading, migration, learner, innerStatements)) {
    const group = (byIndex[subject.index] ??= []);
    group.push(subject);
    foreseen[subject.index] = foreseenOf(group, reading, need);
  }
  return foreseen;
}

function foreseenOf(subjects: readonly StatementSubject[], { options }: Reading, need: (lock: NeededLock) => void) {
  const uses = subjects.flatMap((subject) => subject.uses);
  const [first] = subjects;
  const context: ForecastContext = {
    known: subjects.at(-1)!.known,
    serverMajor: options.serverMajor,
    isNew: (table) => first!.isNew(table),
  };
  const made = forecast(uses, context);
  for (const lock of made.locks.filter(({ isNew }) => !isNew)) {
    const { schema, name } = context.known.resolve(lock.name);
    need({ ...lock, name: { schema, name }, relation: [schema, name].map(displayIdentifier).join('.') });
  }
  return { forecast: made, destroys: lossesOf(uses, context) };
}

function stepsOf(
  { plan, migration }: PlannedMigration,
  foreseen: readonly Foreseen[],
  { mask }: Masking,
): PlannedStep[] {
  let index = 0;
  return plan.steps.map(({ transactional, reason, statements }, i) => ({
    transactional,
    reason: reason ?? null,
    done: i < (plan.done ?? 0),
    statements: statements.map(({ statement: { line, column, sql } }) => {
      const made = foreseen[index++]?.forecast;
      if (!made) throw new Error(`nothing is foreseen of a statement of ${migration.file}:${line}`);
      return { line, column, sql: asWritten(mask(sql)), ...made };
    }),
  }));
}

function rollbackOf(migration: Migration, { reading, learner }: Foresight): PlannedView['rollback'] {
  const { rollback } = migration;
  const uses = rollbackSubjects(reading, migration, learner.known).flatMap((subject) => subject.uses);
  return {
    kind: rollback.kind,
    reason: rollback.kind === 'irreversible' ? rollback.reason : null,
    loses: lossesOfRollback(uses, learner.known),
  };
}
