import type { KeyRange, KeyValue } from '../../batch/key.ts';
import { callsForLess } from '../../batch/pace.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Row } from '../../postgres/row.ts';
import { isDatabaseError } from '../failure.ts';
import { cancelled, pause } from '../pause.ts';
import { onlyUndone } from './batch.ts';
import type { ClaimedRange } from './data-run.ts';
import { ask, type Lane } from './lane.ts';
import { probeItem } from './probe.ts';
import { ATTEMPTS_MAX, backOffMs } from './refusals.ts';

/** Whether only rows that are still to be done are looked for, by their keys. */
export function sweeps({ table, work }: Lane, { pass }: ClaimedRange): boolean {
  return onlyUndone(table.key, pass) && table.key.kind === 'columns' && work.where !== undefined;
}

/** The probe for a batch of that range. */
export function rangeProbe(lane: Lane, range: ClaimedRange, rest: KeyRange, size: number): BatchItem {
  return probeItem(lane.table, rest, size, sweeps(lane, range) ? lane.work.where : undefined);
}

/** The answer to a probe. */
interface ProbeAnswer {
  readonly lo: KeyValue | null;
  readonly size: number;
  readonly row: Row | undefined;
}

/** A size that is so much smaller by now is worth asking again. */
const STALE_SHARE = 0.8;

/** Holds the answer to the probe that went with the COMMIT of a batch, until the batch behind it begins. */
export class Ahead {
  #answer: ProbeAnswer | undefined;

  put(answer: ProbeAnswer): void {
    this.#answer = answer;
  }

  /** After a while, or where something has failed, how many keys there are is asked anew. */
  forget(): void {
    this.#answer = undefined;
  }

  /** The answer for a batch of so many keys at most, where it is not there already asked for now. */
  async answer(lane: Lane, range: ClaimedRange, rest: KeyRange, size: () => number): Promise<ProbeAnswer> {
    const there = this.#answer;
    this.#answer = undefined;
    if (there && there.lo === rest.lo && size() >= there.size * STALE_SHARE) return there;
    return probe(lane, range, rest, size);
  }
}

/** Whoever holds the table has it waited for, as by a batch. */
async function probe(lane: Lane, range: ClaimedRange, rest: KeyRange, sizeNow: () => number): Promise<ProbeAnswer> {
  const { signal } = lane.engine;
  for (let attempts = 0; ; attempts++) {
    const size = sizeNow();
    try {
      const [row] = await ask(lane, rangeProbe(lane, range, rest, size));
      return { lo: rest.lo, size, row };
    } catch (error) {
      if (!isDatabaseError(error) || !callsForLess(error.code ?? '') || attempts >= ATTEMPTS_MAX) throw error;
    }
    if (signal.aborted) throw cancelled();
    await pause(backOffMs(attempts), signal);
  }
}
