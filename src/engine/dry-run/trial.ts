import type { Migration, Statement } from '../../migration/migration.ts';
import { type PlannedStatement, type StepPlan, transactionStatements } from '../../plan/steps.ts';
import type { PlannedMigration } from '../../plan/up.ts';
import { lastingEffect } from '../../sql/lasting-effects.ts';
import type { PlannedRollback } from '../undo.ts';

/** One migration, forth or back, that a dry run is to try. */
export interface Trial {
  readonly version: string;
  /** Where the SQL comes from. */
  readonly source: Migration;
  readonly plan: StepPlan;
  /** What errors may lie in; empty for a large file. */
  readonly statements: readonly Statement[];
  /** Its VERIFY queries are to hold afterwards. */
  readonly verifies: boolean;
}

export function trialOf({ version, migration, plan }: PlannedMigration): Trial {
  const verifies = migration.verify.length > 0;
  return { version, source: migration, plan, statements: migration.statements, verifies };
}

export function trialBack({ version, source, plan }: PlannedRollback): Trial {
  const statements = source.rollback.kind === 'sql' ? source.rollback.statements : [];
  return { version, source, plan, statements, verifies: false };
}

/** What is still to be run of it, in order, as it is read. */
export function statementsOf({ plan }: Trial, serverVersionNum: number): Iterable<PlannedStatement> {
  return transactionStatements({ ...plan, steps: plan.steps.slice(plan.done ?? 0) }, serverVersionNum);
}

/** Why it cannot be tried in a transaction that is rolled back, as far as its text tells. */
export function whyNotLive({ statement, kind }: PlannedStatement, plan: StepPlan): string | undefined {
  if (plan.mode === 'batches') return 'a data migration: in one transaction it would lock all rows that it changes';
  if (!kind.transactional) return kind.reason ?? 'it cannot run in a transaction';
  return lastingEffect(statement.sql, statement.words);
}
