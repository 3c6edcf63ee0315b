import { randomUUID } from 'node:crypto';
import { engineForConsole } from '../engine/console-run.ts';
import type { Engine } from '../engine/engine.ts';
import { recordEvent } from '../engine/record-event.ts';
import { Problem } from '../problem/problem.ts';
import { shortMessage } from '../report/events.ts';
import { Refusal } from './refusal.ts';
import type { User } from './roles.ts';

/** What somebody wanted, and was refused. */
export interface Refused {
  /** Of the operation in the API: `applyMigrations`. */
  readonly action: string;
  /** For people; absent where the request was not looked into. */
  readonly asked?: string;
  readonly user: User;
  readonly address: string;
  /** The number of the action, where it came to be one. */
  readonly request?: string | undefined;
}

/** Refusals of the console that say something of a person: what a forged request brings is not theirs. */
const AT_THE_DOOR: ReadonlySet<string> = new Set(['role-refused', 'confirm-needed']);

/** By these the engine refuses before anything is run. */
const BY_RULE: ReadonlySet<string> = new Set([
  'approval-needed',
  'approval-refused',
  'plan-moved',
  'rollback-refused',
  'drift-refused',
  'irreversible',
  'late-migration',
  'checksum-mismatch',
  'manifest',
  'order',
  'preflight',
] satisfies Problem['code'][]);

/** So many are put on record within a minute; whoever sends the same again and again does not fill the audit trail. */
const A_MINUTE_MAX = 20;
const MINUTE_MS = 60_000;

/** Puts on record who was refused what at a target, each as one event `refused`. */
export class RefusalRecord {
  readonly #engine: Engine;
  readonly #now: () => number;
  /** When the last were put on record. */
  #times: number[] = [];
  /** Those that were not, since the last that was. */
  #passedOver = 0;
  readonly #writing = new Set<Promise<void>>();

  constructor(engine: Engine, now: () => number) {
    this.#engine = engine;
    this.#now = now;
  }

  /** Does not wait for the database: who is refused is told at once. Of what is no such refusal nothing is written. */
  note(refused: Refused, error: unknown): void {
    const said = whyRefused(error);
    if (!said) return;
    const now = this.#now();
    this.#times = this.#times.filter((at) => at > now - MINUTE_MS);
    if (this.#times.length >= A_MINUTE_MAX) {
      this.#passedOver++;
      return;
    }
    this.#times.push(now);
    // Where the database is away there is no record; all who watch it are told that it is.
    const writing = this.#write(refused, said).catch(() => {});
    this.#writing.add(writing);
    void writing.finally(() => this.#writing.delete(writing));
  }

  /** Resolves when all of it is written. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing);
  }

  async #write({ action, asked, user, address, request = randomUUID() }: Refused, said: Said): Promise<void> {
    const engine = engineForConsole(this.#engine, {
      console: { user: user.name, address, request },
      emit: () => {},
      signal: this.#engine.signal,
    });
    const passedOver = this.#passedOver;
    this.#passedOver = 0;
    const detail = {
      action,
      ...(asked === undefined ? {} : { asked }),
      code: said.code,
      message: engine.mask(said.message),
      ...(passedOver > 0 ? { passedOver } : {}),
    };
    await recordEvent(engine, { event: 'refused', version: null, detail });
  }
}

interface Said {
  readonly code: string;
  readonly message: string;
}

function whyRefused(error: unknown): Said | undefined {
  if (error instanceof Refusal) return AT_THE_DOOR.has(error.code) ? error : undefined;
  if (error instanceof Problem && BY_RULE.has(error.code)) return { code: error.code, message: shortMessage(error) };
  return undefined;
}
