import { KeptSessions } from '../../postgres/kept-sessions.ts';
import type { Engine } from '../engine.ts';

/** An engine for whoever only looks, again and again: what it opens of its own database is kept for a moment, and used again. */
export class Reader {
  readonly engine: Engine;
  readonly #sessions: KeptSessions;

  constructor(engine: Engine) {
    this.#sessions = new KeptSessions(() => engine.connect('control'));
    const isOwn = (database: string | undefined) => database === undefined || database === engine.target.database;
    this.engine = {
      ...engine,
      connect: (purpose, database) =>
        purpose === 'control' && isOwn(database) ? this.#sessions.take() : engine.connect(purpose, database),
    };
  }

  /** Ends the sessions that nobody uses at this moment. */
  rest(): void {
    this.#sessions.drop();
  }

  /** The same, and none is kept from now on. */
  close(): void {
    this.#sessions.close();
  }
}
