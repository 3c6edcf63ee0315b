import * as v from 'valibot';
import { migrate } from '../../engine/migrate.ts';
import { Problem } from '../../problem/problem.ts';
import { action } from '../actions/route.ts';
import { runResult } from '../answers/run-result.ts';
import { text, word } from '../answers/shapes.ts';

export const applyMigrations = action({
  name: 'applyMigrations',
  path: 'apply',
  summary: 'apply what is pending, as migrate does',
  role: 'operator',
  input: {
    to: v.optional(v.pipe(word, v.description('everything up to this version'))),
    only: v.optional(v.pipe(word, v.description('this version and what it needs'))),
    expected: v.optional(
      v.pipe(
        v.array(v.pipe(text, v.maxLength(500))),
        v.maxLength(5000),
        v.description('refused where these are not the versions that it would apply'),
      ),
    ),
  },
  result: runResult,
  title: ({ to, only }) =>
    only ? `apply ${only}` : to ? `apply what is pending, up to ${to}` : 'apply what is pending',
  async run({ engine }, { to, only, expected }) {
    const { problem, ...result } = await migrate(engine, {
      to: to || undefined,
      only: only || undefined,
      allowLate: false,
      singleTransaction: false,
      approve: async ({ migrations }) => {
        if (expected) refuseOthers(expected, migrations);
      },
    });
    const { ok, runId, migrations, failed, certain } = result;
    return { result: { ok, runId, migrations, failed, certain }, problem };
  },
});

/** What was looked at is what runs. */
function refuseOthers(expected: readonly string[], now: readonly { readonly version: string }[]): void {
  const versions = now.map(({ version }) => version);
  if (versions.join('\n') === expected.join('\n')) return;
  throw new Problem('plan-moved', 'what is to be applied is not what was shown any more', {
    found: versions.length === 0 ? 'nothing is to be applied' : versions.join(', '),
    expected: expected.join(', '),
    state: 'Nothing was run.',
    next: ['Look at the plan again.'],
  });
}
