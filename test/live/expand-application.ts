/** An application writes all the while: no statement of it fails, and none of what it has written is lost, on the way there and back. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { Session } from '../../src/postgres/session.ts';
import type { DatabaseWorkplace } from '../support/cli.ts';
import type { TestDatabase } from '../support/servers.ts';
import { openSession } from './catalog-bed.ts';
import { ok } from './expand-contract-bed.ts';

const ROWS = 400;

export const BASE = `CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad');
CREATE TABLE requests (id int PRIMARY KEY, status varchar(20) DEFAULT 'NEW' CHECK (status <> 'bad'), amount serial UNIQUE, feels mood, touched int NOT NULL DEFAULT 0);
CREATE INDEX requests_status_idx ON requests (status);
INSERT INTO requests (id, status, amount, feels) SELECT i, 's' || i, -i, 'sad' FROM generate_series(1, ${ROWS}) AS i;
-- ROLLBACK:
-- DROP TABLE requests; DROP TYPE mood;
`;

/** A version of the application: it knows one name of the column, and goes through rows of its own, old and new ones. */
export class Writer {
  readonly #session: Session;
  readonly #column: string;
  readonly #made: (n: number) => string | null;
  readonly #written = new Map<number, string | null>();
  readonly #first: number;
  readonly #rounds = new EventEmitter();
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(session: Session, column: string, first: number, made: (n: number) => string | null) {
    this.#session = session;
    this.#column = column;
    this.#first = first;
    this.#made = made;
  }

  start(): this {
    this.#stopped = false;
    this.#running = this.#work();
    // It is asked when it is stopped.
    this.#running.catch(() => {});
    return this;
  }

  /** Throws what a statement of it has failed with. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** So many rounds more, or what it has failed with. */
  async goesOn(rounds: number): Promise<void> {
    for (let i = 0; i < rounds; i++) await Promise.race([this.#running, once(this.#rounds, 'round')]);
  }

  async #work(): Promise<void> {
    for (let n = this.#first + 10 * this.#written.size; !this.#stopped; n += 10) {
      await this.#set(1 + (n % ROWS), this.#made(n));
      await this.#insert(100_000 + n, this.#made(n + 1));
      await this.#set(100_000 + n, this.#made(n + 2));
      await this.#session.query(`UPDATE requests SET touched = touched + 1 WHERE id = $1`, [
        String(1 + ((n * 7) % ROWS)),
      ]);
      await this.#session.query(
        `INSERT INTO requests (id, ${this.#column}) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET ${this.#column} = EXCLUDED.${this.#column}`,
        [String(100_000 + n), this.#made(n + 3)],
      );
      this.#written.set(100_000 + n, this.#made(n + 3));
      await this.check([100_000 + n]);
      this.#rounds.emit('round');
    }
  }

  async #insert(id: number, value: string | null): Promise<void> {
    await this.#session.query(`INSERT INTO requests (id, ${this.#column}) VALUES ($1, $2)`, [String(id), value]);
    this.#written.set(id, value);
  }

  async #set(id: number, value: string | null): Promise<void> {
    await this.#session.query(`UPDATE requests SET ${this.#column} = $2 WHERE id = $1`, [String(id), value]);
    this.#written.set(id, value);
  }

  /** What it reads is what it has written. */
  async check(ids: readonly number[] = [...this.#written.keys()], column = this.#column): Promise<void> {
    const rows = await this.#session.query(
      `SELECT id, ${column}::text AS value FROM requests WHERE id = ANY ($1::int[])`,
      [`{${ids.join(',')}}`],
    );
    const found = new Map(rows.map(({ id, value }) => [Number(id), value]));
    for (const id of ids) assert.equal(found.get(id), this.#written.get(id), `row ${id}, ${column}`);
  }
}

export const TEXTS = (n: number) => (n % 7 === 0 ? null : `v${n}`);

/** Runs it while the writers write something before, meanwhile and after. */
export async function beside(writers: readonly Writer[], run: () => Promise<unknown>): Promise<void> {
  const more = () => Promise.all(writers.map((one) => one.goesOn(3)));
  await more();
  await run();
  await more();
}

export async function withSessions<T>(
  database: TestDatabase,
  use: (one: Session, other: Session) => Promise<T>,
): Promise<T> {
  const [one, other] = [await openSession(database), await openSession(database)];
  try {
    return await use(one, other);
  } finally {
    await one.end();
    await other.end();
  }
}

export const only = (at: DatabaseWorkplace, file = '') => ok(at, 'migrate', '--only', file.replace(/^m\/|\.sql$/g, ''));
