import { Problem } from '../../problem/problem.ts';

/** Refuses with Problem `plan-moved` where other versions are at stake by now than those that were shown; undefined: any may be. */
export function refuseOthers(
  expected: readonly string[] | undefined,
  now: readonly { readonly version: string }[],
): void {
  const versions = now.map(({ version }) => version);
  if (expected === undefined || versions.join('\n') === expected.join('\n')) return;
  throw new Problem('plan-moved', 'what would be done is not what was shown any more', {
    found: versions.length === 0 ? 'nothing is to be done' : versions.join(', '),
    expected: expected.join(', '),
    state: 'Nothing was run.',
    next: ['Look at it again, and decide anew.'],
  });
}
