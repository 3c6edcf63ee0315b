import type { ServerResponse } from 'node:http';
import { RequestReader } from '../engine/approval/read-requests.ts';
import { DataWatch } from '../engine/look/data-watch.ts';
import { ProofReader } from '../engine/look/last-proof.ts';
import { Reader } from '../engine/look/reader.ts';
import type { RiskReader } from '../engine/look/risk-reader.ts';
import type { RunLook } from '../engine/look/run/run-look.ts';
import { SchemaReader } from '../engine/look/schema-reader.ts';
import { TouchReader } from '../engine/look/touch-reader.ts';
import { watchTrail } from '../engine/look/watch-trail.ts';
import type { ActionParts } from './actions/action.ts';
import { Actions } from './actions/actions.ts';
import { Announcer } from './announcer.ts';
import type { DriftAnswer } from './answers/drift.ts';
import { Feed } from './feed.ts';
import { LiveRun } from './live-run.ts';
import { RefusalRecord } from './refusal-record.ts';
import { SharedAnswers } from './shared-answers.ts';
import type { Target } from './target.ts';

/**
 * A target with the stream of what happens there, what is known of it for everybody, and the actions that people have begun. The
 * database is looked at as long as somebody reads, once for all of them.
 */
export class LiveTarget {
  readonly target: Target;
  readonly reader: Reader;
  readonly feed: Feed;
  readonly answers: SharedAnswers;
  readonly actions: Actions;
  readonly schema: SchemaReader;
  readonly touches: TouchReader;
  readonly proofs: ProofReader;
  readonly requests = new RequestReader();
  readonly refusals: RefusalRecord;
  /** What the last comparison has found, and when that was. */
  lastDrift: { readonly moment: string; readonly answer: DriftAnswer } | undefined;
  readonly #run: LiveRun;
  readonly #announcer: Announcer;
  #risks: Promise<RiskReader> | undefined;
  #end: AbortController | undefined;

  constructor(target: Target, around: Pick<ActionParts, 'mask' | 'now' | 'fault'>) {
    const { engine } = target;
    this.target = target;
    this.reader = new Reader(engine);
    this.feed = new Feed(around.now);
    this.answers = new SharedAnswers(() => this.feed.position);
    this.#announcer = new Announcer(this.feed, () => this.answers.spentMs);
    this.actions = new Actions(this.feed, { ...around, engine });
    this.schema = new SchemaReader(this.reader.engine, around.now);
    this.touches = new TouchReader(this.reader.engine);
    this.proofs = new ProofReader(this.reader.engine);
    this.refusals = new RefusalRecord(engine, around.now);
    this.#run = new LiveRun(this.reader.engine, this.actions, this.feed, around.mask);
  }

  /** The run at work, or the one that is wanted, or the last. */
  lookAtRun(wanted: string | undefined): Promise<RunLook> {
    return this.#run.ask(wanted);
  }

  /** What judges is loaded when somebody first asks. */
  risks(): Promise<RiskReader> {
    this.#risks ??= import('../engine/look/risk-reader.ts').then(
      ({ RiskReader }) => new RiskReader(this.reader.engine),
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
        changed: (state) => this.#announcer.changed(state),
        away: (error) => this.#away(engine.mask(messageOf(error))),
        also: async (session, state) => {
          if (await data.hasMoved(session)) this.#announcer.moved();
          this.#announcer.goOn();
          return this.#run.look(session, state);
        },
      },
    );
  }

  /** What was read before may hold no more. */
  #away(message: string): void {
    this.#forget();
    this.#announcer.away(message);
  }

  #rest(): void {
    this.#end?.abort();
    this.#end = undefined;
    this.#forget();
  }

  #forget(): void {
    this.answers.forget();
    this.reader.rest();
  }

  /** Resolves when no action is under way any more and what was refused is on record; nothing is kept from now on. */
  async end(): Promise<void> {
    this.reader.close();
    await Promise.all([this.actions.settled(), this.refusals.settled()]);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
