import type { ServerResponse } from 'node:http';
import { DataWatch } from '../engine/look/data-watch.ts';
import { ProofReader } from '../engine/look/last-proof.ts';
import type { RiskReader } from '../engine/look/risk-reader.ts';
import type { Heard } from '../engine/look/run/heard.ts';
import { SchemaReader } from '../engine/look/schema-reader.ts';
import { TouchReader } from '../engine/look/touch-reader.ts';
import { watchTrail } from '../engine/look/watch-trail.ts';
import type { ActionParts } from './actions/action.ts';
import { Actions } from './actions/actions.ts';
import type { DriftAnswer } from './answers/drift.ts';
import { Feed } from './feed.ts';
import { LiveRun } from './live-run.ts';
import { RefusalRecord } from './refusal-record.ts';
import type { Target } from './target.ts';

/**
 * A target with the stream of what happens there, what is known of it for everybody, and the actions that people have begun. The
 * database is looked at as long as somebody reads, once for all of them.
 */
export class LiveTarget {
  readonly target: Target;
  readonly feed = new Feed();
  readonly actions: Actions;
  readonly schema: SchemaReader;
  readonly touches: TouchReader;
  readonly proofs: ProofReader;
  readonly refusals: RefusalRecord;
  /** What the last comparison has found, and when that was. */
  lastDrift: { readonly moment: string; readonly answer: DriftAnswer } | undefined;
  readonly #run: LiveRun;
  #risks: Promise<RiskReader> | undefined;
  #end: AbortController | undefined;

  constructor(target: Target, around: Pick<ActionParts, 'mask' | 'now' | 'fault'>) {
    this.target = target;
    this.actions = new Actions(this.feed, { ...around, engine: target.engine });
    this.schema = new SchemaReader(target.engine, around.now);
    this.touches = new TouchReader(target.engine);
    this.proofs = new ProofReader(target.engine);
    this.refusals = new RefusalRecord(target.engine, around.now);
    this.#run = new LiveRun(target.engine, this.actions, this.feed, around.mask);
  }

  /** What a run of this console has said of itself. */
  heardOf(runId: string): Heard | undefined {
    return this.#run.heardOf(runId);
  }

  /** What judges is loaded when somebody first asks. */
  risks(): Promise<RiskReader> {
    this.#risks ??= import('../engine/look/risk-reader.ts').then(
      ({ RiskReader }) => new RiskReader(this.target.engine),
    );
    return this.#risks;
  }

  /** Writes what happens to a response, until it is closed or `signal` is aborted. */
  follow(response: ServerResponse, lastId: string | undefined, signal: AbortSignal): void {
    const leave = this.feed.subscribe(response, lastId);
    const stop = () => {
      leave();
      response.end();
      if (this.feed.readers === 0) this.#rest();
    };
    response.on('close', stop);
    signal.addEventListener('abort', stop, { once: true });
    this.#watch();
  }

  #watch(): void {
    if (this.#end) return;
    const end = new AbortController();
    this.#end = end;
    const { engine } = this.target;
    const until = AbortSignal.any([engine.signal, end.signal]);
    const data = new DataWatch(engine);
    void watchTrail(
      { ...engine, signal: until },
      {
        changed: ({ seq, runId }) => this.feed.publish({ event: 'changed', data: { seq, runId } }),
        away: (error) => this.feed.publish({ event: 'away', data: { message: engine.mask(messageOf(error)) } }),
        also: async (session, { runId }) => {
          if (await data.hasMoved(session)) this.feed.publish({ event: 'data', data: {} });
          return this.#run.look(session, runId);
        },
      },
    );
  }

  #rest(): void {
    this.#end?.abort();
    this.#end = undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
