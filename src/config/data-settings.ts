import type { SignalLimits } from '../batch/limits.ts';
import type { TimeWindow } from '../batch/window.ts';

/** How data migrations go about a busy database; headers of a file win over it. */
export interface DataSettings {
  /** How long one batch should take. */
  readonly targetMs: number;
  /** Rest behind a batch, as a share of what it took. */
  readonly dutyFactor: number;
  /** When batches may run; none: always. */
  readonly window: readonly TimeWindow[];
  /** Whose clocks `window` is told by; undefined: those of this machine. */
  readonly timeZone: string | undefined;
  readonly limits: SignalLimits;
}
