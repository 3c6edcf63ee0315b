import type { Engine } from '../engine/engine.ts';
import type { Scratch } from '../engine/scratch/scratch.ts';

/** A database that the console shows. */
export interface Target {
  /** In addresses: the environment, or the name of the database. */
  readonly name: string;
  /** For people: `taskflow_db at 127.0.0.1:5432 as app`, without secrets. */
  readonly description: string;
  readonly environment: string | null;
  readonly engine: Engine;
  /**
   * Gives the scratch server as soon as it is asked for; what is made there is dropped behind `use`. `signal`: aborted when that is to
   * stop; absent: only when the console ends.
   */
  withScratch<T>(use: (open: () => Promise<Scratch>) => Promise<T>, signal?: AbortSignal): Promise<T>;
}
