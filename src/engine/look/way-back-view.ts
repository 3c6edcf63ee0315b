import { readFolders, refuseComplaints } from '../../files/folders.ts';
import { asWritten } from '../../migration/as-written.ts';
import { reconcile } from '../../plan/reconcile.ts';
import type { StepPlan } from '../../plan/steps.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { optionsOf } from '../lint/judge.ts';
import { toldBy } from '../lint/knowledge.ts';
import { readingOf } from '../lint/reading.ts';
import type { Foresight } from '../plan/foresee.ts';
import { lossesBack } from '../plan/views.ts';
import { type DownPlan, planFor, type RollbackOptions, refuseUntracked } from '../rollback.ts';
import { readLiveStatistics } from '../statistics/read.ts';
import type { PlannedRollback } from '../undo.ts';

/** What `rollback` would do now: what it undoes, what of the data comes back with it, and what is lost. */
export interface WayBackView extends Pick<DownPlan, 'returns' | 'unsure'> {
  readonly database: string;
  readonly rollbacks: readonly RollbackStep[];
}

interface RollbackStep {
  readonly version: string;
  readonly description: string;
  readonly file: string;
  readonly mode: StepPlan['mode'];
  readonly statements: readonly { readonly line: number; readonly sql: string }[];
  /** In words, by the statistics of the server. */
  readonly loses: readonly string[];
}

/** Takes no lock and writes nothing. Problems `irreversible`, `rollback-refused` and those of the connection. */
export function lookBack(engine: Engine, options: RollbackOptions): Promise<WayBackView> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  return withControl(engine, async (control) => {
    refuseUntracked(control);
    const { rollbacks, returns, unsure } = await planFor(
      engine,
      control,
      reconcile(files, control.ledger.entries),
      options,
    );
    const told = toldBy(await readLiveStatistics(control, engine.settings.searchPath));
    const rules = optionsOf(engine.settings.lint, told.serverMajor);
    const reading = await readingOf(rules, new Set(rollbacks.map(({ version }) => version)));
    const foresight = { ...reading, learner: told.knowledge.newLearner() };
    const { database } = control.server;
    return { database, rollbacks: rollbacks.map((one) => stepOf(one, foresight, engine.mask)), returns, unsure };
  });
}

function stepOf({ version, source, plan }: PlannedRollback, foresight: Foresight, mask: Engine['mask']): RollbackStep {
  const statements = source.rollback.kind === 'sql' ? source.rollback.statements : [];
  return {
    version,
    description: source.description,
    file: source.file,
    mode: plan.mode,
    statements: statements.map(({ line, sql }) => ({ line, sql: asWritten(mask(sql)) })),
    loses: lossesBack(source, foresight),
  };
}
