import type { Engine } from '../engine.ts';
import type { Scratch } from '../scratch/scratch.ts';
import { proofOf } from './proof.ts';
import { recordProof } from './record-proof.ts';
import { targetFacts } from './target-facts.ts';
import { type VerifyOptions, type VerifyReport, verify } from './verify.ts';

export interface TargetReport extends VerifyReport {
  /** Why the result is not on record in the database; null where it is. */
  readonly unrecorded: string | null;
}

type Asked = Pick<VerifyOptions, 'since' | 'only' | 'jobs' | 'onProgress'>;

/** The proof of the migrations that are for the engine's database, put on record there. Problems as those of `verify`. */
export async function verifyTarget(engine: Engine, scratch: Scratch, asked: Asked): Promise<TargetReport> {
  const { settings, cwd, signal } = engine;
  const begun = performance.now();
  const report = await verify(scratch, { ...asked, settings, cwd, signal, target: await targetFacts(engine) });
  const proof = proofOf(report, asked, Math.round(performance.now() - begun));
  return { ...report, unrecorded: (await recordProof(engine, proof)) ?? null };
}
