import * as v from 'valibot';
import { action } from '../actions/route.ts';
import { proofAnswer, type VerifyResult, verifyResult } from '../answers/proof.ts';
import { ofTarget, word } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readProof = route({
  name: 'readProof',
  method: 'GET',
  path: '/api/targets/:target/proof',
  summary: 'what verify found when it last ran',
  role: 'viewer',
  changes: false,
  input: v.object(ofTarget),
  output: proofAnswer,
  handle: ({ shared }, { target }) => shared(target, ['proof'], async ({ proofs }) => ({ proof: await proofs.read() })),
});

const CHECKS_MAX = 500;
/** So often it is told how far it is. */
const TELL_EVERY_MS = 1000;

/** Works on scratch databases, beside whatever is under way; of the target it leaves one event. */
export const verifyMigrations = action({
  name: 'verifyMigrations',
  path: 'verify',
  summary: 'prove the migrations on scratch databases, as verify does, and put the result on record',
  role: 'operator',
  input: {
    since: v.optional(v.pipe(word, v.description('only what comes after this version'))),
    only: v.optional(v.pipe(word, v.description('only this version'))),
  },
  result: verifyResult,
  isBeside: true,
  isHarmless: true,
  title: ({ since, only }) => (only ? `verify ${only}` : since ? `verify what comes after ${since}` : 'verify'),
  async run({ engine, target, say }, { since, only }) {
    const { verifyTarget } = await import('../../engine/verify/verify-target.ts');
    let told = performance.now();
    const onProgress = (tried: number, total: number, version: string) => {
      if (performance.now() - told < TELL_EVERY_MS) return;
      told = performance.now();
      say(`${tried} of ${total}: ${version}`);
    };
    const asked = { since: since || undefined, only: only || undefined, onProgress };
    const report = await target.withScratch(async (open) => verifyTarget(engine, await open(), asked), engine.signal);
    const { ok, tried, checks, scratch, notes, unrecorded } = report;
    say(
      `${ok ? 'Proven' : 'Not proven'}: ${tried} tried${unrecorded === null ? '' : `; not on record: ${unrecorded}`}`,
    );
    return { result: { ok, tried, ...listed(checks), scratch, notes, unrecorded }, problem: null };
  },
});

const ORDER = ['failed', 'not-checked', 'note'];

function listed(checks: readonly VerifyResult['checks'][number][]): Pick<VerifyResult, 'states' | 'checks'> {
  const states: Record<string, number> = {};
  for (const { state } of checks) states[state] = (states[state] ?? 0) + 1;
  const told = ORDER.flatMap((wanted) => checks.filter(({ state }) => state === wanted));
  return {
    states,
    checks: told.slice(0, CHECKS_MAX).map(({ name, version, state, detail }) => ({ name, version, state, detail })),
  };
}
