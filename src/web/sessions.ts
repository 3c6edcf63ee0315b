import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { User } from './roles.ts';

/** 256 bits, in characters that a URL takes as they are. */
function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export interface Session {
  readonly user: User;
  /** What a page has to send along with everything but reading. */
  readonly csrf: string;
  /** Aborted when it ends. */
  readonly ended: AbortSignal;
}

interface Held extends Session {
  readonly key: string;
  readonly begun: number;
  seen: number;
  readonly end: AbortController;
}

/** However busy it is. */
const SESSION_MS_MAX = 12 * 3600_000;

/**
 * Links and sessions, in memory alone: they end with the process. Each user has one link that was not used yet; using it makes a
 * session and a new link.
 */
export class Sessions {
  readonly #idleMs: number;
  readonly #links = new Map<string, { user: User; digest: Buffer }>();
  readonly #sessions = new Map<string, Held>();

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  /** A new one-time token for a user; the one before is worth nothing any more. */
  newToken(user: User): string {
    const token = newSecret();
    this.#links.set(user.name, { user, digest: digestOf(token) });
    return token;
  }

  /** Who a token is of. It is worth nothing from then on. Every link is compared, each in the same time. */
  redeem(token: string): User | undefined {
    const digest = digestOf(token);
    const found = [...this.#links.values()].filter((link) => timingSafeEqual(link.digest, digest));
    const user = found[0]?.user;
    if (user) this.#links.delete(user.name);
    return user;
  }

  /** Begins a session; the cookie's value is known to nobody else. */
  begin(user: User, now: number): { session: Session; cookie: string } {
    const cookie = newSecret();
    const end = new AbortController();
    const key = keyOf(cookie);
    const session = { user, csrf: newSecret(), ended: end.signal, key, begun: now, seen: now, end };
    this.#sessions.set(key, session);
    return { session, cookie };
  }

  /** The session of a cookie, unless it has expired. `isActive`: a person is there, so that it goes on. */
  find(cookie: string | undefined, now: number, isActive: boolean): Session | undefined {
    this.expire(now);
    const session = cookie === undefined ? undefined : this.#sessions.get(keyOf(cookie));
    if (session && isActive) session.seen = now;
    return session;
  }

  end(session: Session): void {
    for (const held of this.#sessions.values()) if (held === session) this.#drop(held);
  }

  /** Ends those that nobody has used for too long. */
  expire(now: number): void {
    for (const held of this.#sessions.values())
      if (now - held.seen > this.#idleMs || now - held.begun > SESSION_MS_MAX) this.#drop(held);
  }

  #drop(held: Held): void {
    this.#sessions.delete(held.key);
    held.end.abort();
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** By a hash: how long a look-up takes tells nothing of the values that are there. */
function keyOf(cookie: string): string {
  return digestOf(cookie).toString('base64url');
}

/** Whether a text is that secret, in the same time for every text. */
export function isSecret(text: string | undefined, secret: string): boolean {
  return timingSafeEqual(digestOf(text ?? ''), digestOf(secret));
}
