import { remaining } from '../../backup/estimate.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Engine } from '../engine.ts';
import { cancelled } from '../pause.ts';
import type { Contents, SourceTable } from './contents.ts';
import { bytesBelow } from './digest.ts';
import type { JobProgress } from './job.ts';
import { spaceProblem } from './space.ts';

const EVERY_MS = 250;

/** Looks at the growing backup again and again: tells how far it is, and stops it where the room comes to an end. */
export class Watch {
  readonly progress: JobProgress;
  readonly #stop = new AbortController();
  readonly #engine: Engine;
  readonly #path: string;
  readonly #contents: Contents;
  readonly #begun = new Set<SourceTable>();
  readonly #done = new Set<SourceTable>();
  readonly #since = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #onAbort: () => void;

  constructor(engine: Engine, path: string, contents: Contents) {
    this.#engine = engine;
    this.#path = path;
    this.#contents = contents;
    this.progress = { begun: (table) => this.#begun.add(table), done: (table) => this.#done.add(table) };
    this.#onAbort = () => this.#stop.abort(cancelled('The unfinished backup is removed; the database was only read.'));
    engine.signal.addEventListener('abort', this.#onAbort, { once: true });
    if (engine.signal.aborted) this.#onAbort();
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Why it was stopped. */
  get problem(): Problem | undefined {
    return this.signal.aborted ? (this.signal.reason as Problem) : undefined;
  }

  end(): void {
    clearInterval(this.#timer);
    this.#engine.signal.removeEventListener('abort', this.#onAbort);
  }

  #look(): void {
    const written = bytesBelow(this.#path);
    const problem = spaceProblem(written, this.#engine.settings.backup);
    if (problem) this.#stop.abort(problem);
    else this.#tell(written);
  }

  #tell(written: number): void {
    const elapsedMs = performance.now() - this.#since;
    const sum = (some: Iterable<SourceTable>) => [...some].reduce((all, { bytes }) => all + bytes, 0);
    this.#engine.emit({
      kind: 'backup_progress',
      writtenBytes: written,
      bytesPerSecond: Math.round((1000 * written) / Math.max(1, elapsedMs)),
      tablesDone: this.#done.size,
      tables: this.#contents.tables.length,
      remainingMs: remaining({
        elapsedMs,
        allBytes: sum(this.#contents.tables),
        doneBytes: sum(this.#done),
        begunBytes: sum(new Set([...this.#begun, ...this.#done])),
      }),
    });
  }
}
