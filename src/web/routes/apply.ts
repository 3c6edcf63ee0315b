import * as v from 'valibot';
import { dryRunMigrate } from '../../engine/dry-run/migrate.ts';
import { type RehearsalResult, rehearseMigrate } from '../../engine/dry-run/rehearse.ts';
import type { Engine } from '../../engine/engine.ts';
import { migrate } from '../../engine/migrate.ts';
import { recordEvent } from '../../engine/record-event.ts';
import { shortMessage } from '../../report/events.ts';
import { refuseOthers } from '../actions/expected.ts';
import { action } from '../actions/route.ts';
import { liveDryRun, rehearsal } from '../answers/dry-run.ts';
import { runResult } from '../answers/run-result.ts';
import { expected, word } from '../answers/shapes.ts';

const choice = {
  to: v.optional(v.pipe(word, v.description('everything up to this version'))),
  only: v.optional(v.pipe(word, v.description('this version and what it needs'))),
};

interface Choice {
  readonly to?: string | undefined;
  readonly only?: string | undefined;
}

export const applyMigrations = action({
  name: 'applyMigrations',
  path: 'apply',
  summary: 'apply what is pending, as migrate does',
  role: 'operator',
  input: { ...choice, expected },
  result: runResult,
  title: (chosen) => `apply ${which(chosen)}`,
  async run({ engine }, { expected: wanted, ...chosen }) {
    const approve = async ({ migrations }: { migrations: readonly { version: string }[] }) =>
      refuseOthers(wanted, migrations);
    const result = await migrate(engine, { ...optionsOf(chosen), approve });
    const { problem, ok, runId, migrations, failed, certain } = result;
    return { result: { ok, runId, migrations, failed, certain }, problem };
  },
});

export const tryMigrations = action({
  name: 'tryMigrations',
  path: 'dry-run',
  summary: 'try on the database itself what would be applied, in a transaction that is rolled back, and measure it',
  role: 'operator',
  input: choice,
  result: liveDryRun,
  title: (chosen) => `try ${which(chosen)}`,
  async run({ engine }, chosen) {
    const { report, problem } = await dryRunMigrate(engine, { ...optionsOf(chosen), onProduction: true });
    return { result: report, problem };
  },
});

export const rehearseMigrations = action({
  name: 'rehearseMigrations',
  path: 'rehearse',
  summary: 'apply it to an empty copy of the schema, on a scratch server, and measure it there',
  role: 'operator',
  isHarmless: true,
  input: choice,
  result: rehearsal,
  title: (chosen) => `rehearse ${which(chosen)}`,
  run: ({ engine, target, say }, chosen) =>
    target.withScratch(async (open) => {
      const rehearsed = await rehearseMigrate(engine, open, optionsOf(chosen));
      await recordRehearsal(engine, rehearsed).catch((error: unknown) =>
        say(`That it was rehearsed could not be put on record: ${error instanceof Error ? error.message : error}`),
      );
      return { result: rehearsed.report, problem: rehearsed.problem };
    }),
});

/** The command line leaves no word of a rehearsal at the target; of people at the console it is on record what they have tried. */
function recordRehearsal(engine: Engine, { report, problem }: RehearsalResult): Promise<void> {
  const detail = {
    outcome: report.outcome,
    versions: report.migrations.map(({ version }) => version),
    ...(problem ? { message: engine.mask(shortMessage(problem)) } : {}),
  };
  return recordEvent(engine, { event: 'rehearsed', version: null, detail });
}

function optionsOf({ to, only }: Choice) {
  return { to: to || undefined, only: only || undefined, allowLate: false, singleTransaction: false };
}

function which({ to, only }: Choice): string {
  return only ? only : to ? `what is pending, up to ${to}` : 'what is pending';
}
