import { randomUUID } from 'node:crypto';
import { engineForConsole } from '../../engine/console-run.ts';
import type { Engine } from '../../engine/engine.ts';
import { Heard } from '../../engine/look/run/heard.ts';
import { Problem } from '../../problem/problem.ts';
import type { RunEvent } from '../../report/events.ts';
import { maskTexts } from '../../report/mask.ts';
import { maskProblem } from '../../report/mask-problem.ts';
import { problemJson } from '../../report/problem-json.ts';
import type { ActionAnswer, ActionNews } from '../answers/action.ts';
import type { User } from '../roles.ts';
import { ActionLog } from './log.ts';

/** What an action came to. A run that failed gives both: what it has done, and why no more. */
export interface Outcome<Result = unknown> {
  readonly result: Result | null;
  readonly problem: Problem | null;
}

/** What somebody has asked for. */
export interface Asked {
  readonly name: string;
  readonly title: string;
  readonly user: User;
  readonly address: string;
}

/** What an action works with: an engine of its own, whose events name the person, and lines for those who watch. */
export interface Acting {
  readonly engine: Engine;
  readonly user: User;
  readonly say: (text: string) => void;
}

export interface ActionParts {
  readonly engine: Engine;
  readonly mask: (text: string) => string;
  readonly now: () => number;
  /** Something is to be told to those who watch. */
  readonly changed: (action: Action) => void;
  /** A fault of ours. */
  readonly fault: (error: unknown) => void;
}

/** One thing that somebody has begun. It belongs to the console, not to the request: nobody has to stay for it to go on. */
export class Action {
  readonly id = randomUUID();
  readonly asked: Asked;
  readonly runId: string;
  /** What its run has said of itself. */
  readonly heard = new Heard();
  /** Resolves when it is over, and never rejects. */
  readonly ended: Promise<void>;
  readonly #parts: ActionParts;
  readonly #log: ActionLog;
  readonly #startedAt: number;
  readonly #stop = new AbortController();
  #endedAt: number | undefined;
  #state: ActionNews['state'] = 'running';
  #problem: ActionNews['problem'] = null;
  #result: unknown = null;

  constructor(parts: ActionParts, asked: Asked, work: (acting: Acting) => Promise<Outcome>) {
    this.#parts = parts;
    this.asked = asked;
    this.#log = new ActionLog(parts.mask, parts.now);
    this.#startedAt = parts.now();
    const engine = engineForConsole(parts.engine, {
      console: { user: asked.user.name, address: asked.address, request: this.id },
      emit: (event) => this.#hear(event),
      signal: this.#stop.signal,
    });
    this.runId = engine.run.runId;
    this.ended = this.#run(() => work({ engine, user: asked.user, say: (text) => this.say(text) }));
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  /** Asks it to stop: what runs in the database is cancelled there and rolled back. */
  stop(by: User): void {
    if (!this.isRunning || this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.say(`${by.name} has cancelled it.`);
  }

  say(text: string): void {
    this.#log.say(text);
    this.#parts.changed(this);
  }

  /** With the lines behind that number. */
  news(after = 0): ActionNews {
    const { name, title, user } = this.asked;
    return {
      id: this.id,
      name,
      title,
      user: user.name,
      state: this.#state,
      isStopping: this.isRunning && this.#stop.signal.aborted,
      runId: this.runId,
      startedAt: new Date(this.#startedAt).toISOString(),
      endedAt: this.#endedAt === undefined ? null : new Date(this.#endedAt).toISOString(),
      progress: this.isRunning ? this.#log.progress : null,
      problem: this.#problem,
      lines: this.#log.after(after),
    };
  }

  get lines(): number {
    return this.#log.count;
  }

  whole(): ActionAnswer {
    return { ...this.news(), result: this.#result };
  }

  #hear(event: RunEvent): void {
    this.#log.hear(event);
    this.heard.hear(event);
    this.#parts.changed(this);
  }

  async #run(work: () => Promise<Outcome>): Promise<void> {
    const { result, problem } = await work().catch((error: unknown) => ({ result: null, problem: this.#fault(error) }));
    this.#result = maskTexts(result, this.#parts.mask);
    this.#problem = problem && problemJson(maskProblem(problem, { apply: this.#parts.mask }));
    this.#state = problem === null ? 'done' : problem.code === 'cancelled' ? 'cancelled' : 'failed';
    this.#endedAt = this.#parts.now();
    this.#parts.changed(this);
  }

  #fault(error: unknown): Problem {
    if (error instanceof Problem) return error;
    this.#parts.fault(error);
    return new Problem('internal', 'this is a bug in taskflow-db');
  }
}
