import * as v from 'valibot';
import { dryRunRollback } from '../../engine/dry-run/rollback.ts';
import { rollback } from '../../engine/rollback.ts';
import { refuseOthers } from '../actions/expected.ts';
import { action } from '../actions/route.ts';
import { liveDryRun } from '../answers/dry-run.ts';
import { runResult } from '../answers/run-result.ts';
import { expected, word } from '../answers/shapes.ts';

const choice = {
  to: v.optional(v.pipe(word, v.description('everything behind this version, which stays'))),
  version: v.optional(v.pipe(word, v.description('this one'))),
  cascade: v.optional(v.pipe(v.boolean(), v.description('with version: what stands on it, too'))),
  steps: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.description('so many of those applied last (1)'))),
  data: v.optional(v.pipe(v.boolean(), v.description('put back what was kept of the data (true)'))),
};

interface Choice {
  readonly to?: string | undefined;
  readonly version?: string | undefined;
  readonly steps?: number | undefined;
}

export const rollBackMigrations = action({
  name: 'rollBackMigrations',
  path: 'rollback',
  summary: 'undo what was applied, as rollback does',
  role: 'operator',
  input: { ...choice, expected },
  result: runResult,
  title: (chosen) => `roll back ${which(chosen)}`,
  async run({ engine }, { expected: wanted, ...chosen }) {
    const approve = async ({ rollbacks }: Parameters<NonNullable<Parameters<typeof rollback>[1]['approve']>>[0]) =>
      refuseOthers(wanted, rollbacks);
    const { problem, ok, runId, migrations, failed, certain } = await rollback(engine, { ...chosen, approve });
    return { result: { ok, runId, migrations, failed, certain }, problem };
  },
});

export const tryRollback = action({
  name: 'tryRollback',
  path: 'rollback/dry-run',
  summary: 'try on the database itself what rollback would undo, in a transaction that is rolled back',
  role: 'operator',
  input: choice,
  result: liveDryRun,
  title: (chosen) => `try to roll back ${which(chosen)}`,
  async run({ engine }, chosen) {
    const { report, problem } = await dryRunRollback(engine, { ...chosen, onProduction: true });
    return { result: report, problem };
  },
});

function which({ to, version, steps = 1 }: Choice): string {
  if (version) return version;
  if (to) return `down to ${to}`;
  return steps === 1 ? 'what was applied last' : `the last ${steps}`;
}
