import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { Worker } from '../worker.ts';

/** Whose locks are waited for. */
export interface LockSubject {
  readonly engine: Engine;
  readonly control: Control;
  readonly worker: Worker;
  /** The version that is at work, as the terminal shows it. */
  readonly version: () => string;
  /** The lock timeout in milliseconds of the statements that lock tables; 0: none. */
  readonly lockTimeoutMs: number;
  /** Its refusals are told, but not put on record: nothing that is to stay was tried. */
  readonly unrecorded?: boolean;
}

/** One more try of a transaction. */
export interface LockTry {
  /** From 1. */
  readonly count: number;
  /** In place of the lock timeout that would hold: this try has to outlast autovacuum's patience. */
  readonly lockTimeoutMs?: number;
}
