import type { RunEvent } from '../../../report/events.ts';

/** What a run of this process has said of itself: more than its audit trail holds, as nothing has to be written for it. */
export class Heard {
  /** What it is going to do, in this order; empty as long as it has not said so. */
  planned: readonly string[] = [];
  readonly #statements = new Map<string, HeardStatement[]>();

  hear(event: RunEvent): void {
    if (event.kind === 'plan') this.planned = event.versions;
    if (event.kind === 'started') this.#statements.set(event.version, []);
    if (event.kind === 'statement') this.#statement(event);
  }

  /** Those of a version that are over in its last try, from the first on; undefined where it has not begun. */
  statementsOf(version: string): readonly HeardStatement[] | undefined {
    return this.#statements.get(version);
  }

  /** A try that begins anew counts from 1 again. */
  #statement({ version, index, tag, ms }: Extract<RunEvent, { kind: 'statement' }>): void {
    const before = (this.statementsOf(version) ?? []).slice(0, index - 1);
    this.#statements.set(version, [...before, { tag, ms: Math.round(ms) }].slice(-HEARD_MAX));
  }
}

const HEARD_MAX = 5000;

export interface HeardStatement {
  readonly tag: string;
  readonly ms: number;
}
