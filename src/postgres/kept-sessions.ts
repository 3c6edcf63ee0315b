import type { Session } from './session.ts';

/** So many wait for somebody who wants one; more that come back are ended. */
const WAITING_MAX = 2;
/** Nobody has wanted it for so long. */
const WAITS_MS = 5000;
/** However often it is wanted: roles, passwords and servers behind a name change. */
const LASTS_MS = 60_000;
/** A server that does not answer within this time is connected to anew, which tells what is wrong. */
const ANSWERS_WITHIN_MS = 2000;

interface Waiting {
  readonly session: Session;
  readonly timer: NodeJS.Timeout;
}

/**
 * Sessions of one database for who reads it again and again: one that is ended stays open for a moment, and the next who wants one
 * gets it, once the server has answered over it. To open one costs a server process, and a few journeys to the server. For what leaves
 * nothing behind in its session. Behind a pooler none is kept: there it costs little, and would be kept from others.
 */
export class KeptSessions {
  readonly #open: () => Promise<Session>;
  #waiting: Waiting[] = [];
  #isClosed = false;

  constructor(open: () => Promise<Session>) {
    this.#open = open;
  }

  async take(): Promise<Session> {
    for (let found = this.#waiting.pop(); found; found = this.#waiting.pop()) {
      clearTimeout(found.timer);
      if (await answers(found.session)) return found.session;
      found.session.destroy();
    }
    const session = await this.#open();
    const bornAt = performance.now();
    session.endsUnless(() => performance.now() - bornAt < LASTS_MS && this.#keep(session));
    return session;
  }

  /** Ends those that wait. */
  drop(): void {
    for (const { session, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      endOf(session);
    }
  }

  /** The same, and keeps none from now on. */
  close(): void {
    this.#isClosed = true;
    this.drop();
  }

  #keep(session: Session): boolean {
    if (this.#isClosed) return false;
    if (this.#waiting.some((one) => one.session === session)) return true;
    const isGood = !session.lost && !session.isPooled && session.transactionStatus === 'I';
    if (!isGood || this.#waiting.length >= WAITING_MAX) return false;
    const timer = setTimeout(() => {
      this.#waiting = this.#waiting.filter((one) => one.session !== session);
      endOf(session);
    }, WAITS_MS);
    timer.unref();
    this.#waiting.push({ session, timer });
    return true;
  }
}

function endOf(session: Session): void {
  session.endsUnless(() => false);
  void session.end();
}

async function answers(session: Session): Promise<boolean> {
  if (session.lost) return false;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((done) => {
    timer = setTimeout(() => done(false), ANSWERS_WITHIN_MS);
  });
  const asked = session.query('SELECT pg_catalog.pg_backend_pid() AS pid').then(
    ([row]) => {
      if (Number(row?.pid) !== session.backendPid) session.behindPooler();
      return true;
    },
    () => false,
  );
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
