import { isHeld, type Throttle, throttleText } from '../../../batch/throttle.ts';
import { pause } from '../../pause.ts';
import type { Watch } from './watch.ts';

/** How long until a run that is held looks again. */
const AGAIN_MS = 1_000;

/** What a worker does while it gives way. */
export interface GivingWay {
  readonly signal: AbortSignal;
  /** Whenever the reasons are other ones than before, in words; none: nothing holds the run back any more. */
  tell(reasons: readonly string[], throttle: Throttle): Promise<void>;
  /** About once a second while the run is held, with the numbers of now: keeps the lease, and says whether the run is still wanted. */
  beat(reasons: readonly string[]): Promise<boolean>;
}

/** How a worker came out of it. */
export interface GaveWay {
  /** False: the run was paused or cancelled meanwhile. */
  readonly wanted: boolean;
  /** Something asks to go slowly: see restMs. */
  readonly slowly: boolean;
  /** How long it was held. It belongs to the time of a batch when the time that is left is estimated. */
  readonly heldMs: number;
}

/**
 * Between two batches, outside any transaction: waits as long as something holds the run. Throws `cancelled` when the person wants
 * to stop, SessionLost.
 */
export class Yielding {
  readonly #watch: Pick<Watch, 'look'>;
  readonly #worker: GivingWay;
  #told = '';

  constructor(watch: Pick<Watch, 'look'>, worker: GivingWay) {
    this.#watch = watch;
    this.#worker = worker;
  }

  async giveWay(): Promise<GaveWay> {
    const begun = performance.now();
    for (let held = false; ; held = true) {
      const throttle = await this.#watch.look();
      await this.#tellChanges(throttle);
      const slowly = throttle.holds.some(({ effect }) => effect === 'slow');
      if (!isHeld(throttle)) return { wanted: true, slowly, heldMs: held ? performance.now() - begun : 0 };
      if (!(await this.#worker.beat(throttleText(throttle))))
        return { wanted: false, slowly, heldMs: performance.now() - begun };
      await pause(AGAIN_MS, this.#worker.signal);
    }
  }

  /** Numbers change with every look: a reason is told again when another one is added or one is gone. */
  async #tellChanges(throttle: Throttle): Promise<void> {
    const reasons = throttle.holds.map(({ effect, signal }) => `${effect} ${signal}`).join();
    if (reasons === this.#told) return;
    this.#told = reasons;
    await this.#worker.tell(throttleText(throttle), throttle);
  }
}
