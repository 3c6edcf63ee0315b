import { holdsOf, type PlacedStatement, type PlannedHold } from '../../forecast/holds.ts';
import { lossesOfRollback } from '../../forecast/losses.ts';
import { isNoticed } from '../../forecast/noticed.ts';
import type { PlannedNeed, PlannedStatementView, PlannedStep, PlannedView } from '../../forecast/plan-report.ts';
import { rollbackSubjects } from '../../lint/statement-subjects.ts';
import { asWritten } from '../../migration/as-written.ts';
import type { Migration } from '../../migration/migration.ts';
import { statementCount } from '../../plan/steps.ts';
import type { PlannedMigration, UpPlan } from '../../plan/up.ts';
import { type NeededLock, outwaitedBy } from './blockers.ts';
import { type Foreseen, type Foresight, foresee } from './foresee.ts';

export interface PlanViews {
  readonly migrations: readonly PlannedView[];
  readonly holds: readonly PlannedHold[];
  /** Locks that are asked for on relations that are there already. */
  readonly needed: readonly NeededLock[];
}

export interface ViewOptions {
  readonly foresight: Foresight;
  /** All of it is one transaction. */
  readonly singleTransaction: boolean;
  /** By version. */
  readonly needs: ReadonlyMap<string, readonly PlannedNeed[]>;
  /** Hides the secrets of a statement before it is cut. */
  readonly mask: (text: string) => string;
}

/** Each migration of a plan with what its statements will do. */
export function viewsOf(plan: UpPlan, options: ViewOptions): PlanViews {
  const migrations = plan.migrations.map((one, i) => viewOf(one, plan.migrations[i - 1]?.version, options));
  const transactions = migrations.flatMap(transactionsOf);
  return {
    migrations,
    holds: holdsOf(options.singleTransaction ? [transactions.flat()] : transactions),
    needed: neededBy(transactions.flat()),
  };
}

function transactionsOf({ version, steps }: PlannedView): PlacedStatement[][] {
  return steps
    .filter(({ done }) => !done)
    .map(({ statements }) => statements.map((statement) => ({ version, statement })));
}

function neededBy(statements: readonly PlacedStatement[]): NeededLock[] {
  const locks = statements.flatMap(({ statement: { locks, forms } }) =>
    locks.filter(({ isNew }) => !isNew).map((lock) => ({ ...lock, ...outwaitedBy(forms) })),
  );
  return [...new Map(locks.map((lock) => [`${lock.relation}\0${lock.mode}\0${lock.outwaits ?? ''}`, lock])).values()];
}

function viewOf(planned: PlannedMigration, before: string | undefined, options: ViewOptions): PlannedView {
  const { migration, plan, version } = planned;
  const foreseen = noticedOf(migration, options.foresight);
  const { depends } = migration.headers;
  return {
    version,
    description: migration.description,
    file: migration.file,
    why: whyHere(depends, before),
    depends,
    needs: options.needs.get(version) ?? [],
    mode: plan.mode,
    steps: stepsOf(planned, foreseen, options),
    rollback: rollbackOf(migration, options.foresight),
    destroys: destroyedBy(migration, foreseen),
  };
}

/** The values of a column that a contract drops are in another one. */
function destroyedBy({ headers }: Migration, foreseen: readonly { readonly destroys: readonly string[] }[]): string[] {
  const all = [...new Set(foreseen.flatMap((one) => one.destroys))];
  return headers.contracts.length > 0 ? all.filter((one) => !one.startsWith('column ')) : all;
}

function whyHere(depends: readonly string[], before: string | undefined): string {
  if (depends.length > 0) return `depends on ${depends.join(', ')}`;
  return before === undefined ? 'the first that is not applied, by number' : `by number, behind ${before}`;
}

/** All statements; of a file that is not held in memory, those that somebody notices. */
function noticedOf(migration: Migration, foresight: Foresight): Foreseen[] {
  const noticed: Foreseen[] = [];
  for (const one of foresee(migration, foresight)) {
    if (!migration.large || isNoticed(one.forecast) || one.destroys.length > 0) noticed.push(one);
  }
  return noticed;
}

function stepsOf({ plan }: PlannedMigration, foreseen: readonly Foreseen[], options: ViewOptions): PlannedStep[] {
  const views = foreseen.map((one) => statementView(one, options));
  let next = 0;
  return plan.steps.map(({ transactional, reason, statements }, i) => ({
    transactional,
    reason: reason ?? null,
    done: i < (plan.done ?? 0),
    statementCount: plan.large ? statementCount(plan) : statements.length,
    statements: plan.large ? views : views.slice(next, (next += statements.length)),
  }));
}

function statementView({ statement, forecast }: Foreseen, { mask }: ViewOptions): PlannedStatementView {
  const { line, column, sql } = statement;
  return { line, column, sql: asWritten(mask(sql)), ...forecast };
}

/** Of a data migration without a ROLLBACK section that keeps what its batches change. */
function keptAlone({ rollback, data }: Migration): string | null {
  return rollback.kind === 'none' && data?.keep ? 'what its batches have kept comes back' : null;
}

function rollbackOf(migration: Migration, foresight: Foresight): PlannedView['rollback'] {
  const { rollback } = migration;
  return {
    kind: rollback.kind,
    reason: rollback.kind === 'irreversible' ? rollback.reason : keptAlone(migration),
    loses: lossesBack(migration, foresight),
  };
}

/** What of the data a way back destroys, in words. */
export function lossesBack(migration: Migration, { reading, learner }: Foresight): string[] {
  const uses = [...rollbackSubjects(reading, migration, learner.fork())].flatMap((subject) => subject.uses);
  return lossesOfRollback(uses, learner.known);
}
