import type { Session } from '../../postgres/session.ts';
import { setLocal } from '../../postgres/session-settings.ts';
import type { Relation } from './relations.ts';
import { nameOf } from './taking.ts';

/** What is copied within a server, at the least (measured: 150 kB and more a millisecond). */
const BYTES_PER_MS = 100 * 1024;

/**
 * What one transaction copies of tables that it has locked. Others wait for the first of them until all are copied, so that all
 * together may take no longer than the lock timeout.
 */
export class UnderLock {
  #bytes = 0;
  #ms = 0;

  /** Of those that were copied before. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Nobody can copy it, too, in the time that others may be kept waiting. */
  isLarge({ bytes }: Pick<Relation, 'bytes'>, lockTimeoutMs: number): boolean {
    return lockTimeoutMs > 0 && this.#bytes + bytes > lockTimeoutMs * BYTES_PER_MS;
  }

  add({ bytes }: Pick<Relation, 'bytes'>): void {
    this.#bytes += bytes;
  }

  /** How long the next copy may take. */
  leftMs(lockTimeoutMs: number): number {
    return lockTimeoutMs > 0 ? Math.max(LEAST_MS, Math.round(lockTimeoutMs - this.#ms)) : 0;
  }

  /** From the lock to the end of the copy. */
  async timed<T>(copy: () => Promise<T>): Promise<T> {
    const since = performance.now();
    const result = await copy();
    this.#ms += performance.now() - since;
    return result;
  }
}

/** Small tables at the end of a long list: a round trip takes a part of it. */
const LEAST_MS = 20;

/** Settings that a copy changes for itself. */
const CHANGED = ['statement_timeout', 'lock_timeout', 'row_security'] as const;

/** Runs a copy with the settings that it changes, and sets them again as they were. A policy that would hide rows is an error. */
export async function withCopySettings<T>(session: Session, copy: () => Promise<T>): Promise<T> {
  const asked = CHANGED.map((name) => `pg_catalog.current_setting('${name}') AS ${name}`);
  const [before] = await session.query(`SELECT ${asked.join(', ')}`);
  await session.batch([[setLocal('row_security', 'off')]]);
  const result = await copy();
  await session.batch([CHANGED.map((name) => setLocal(name, before?.[name] ?? ''))]);
  return result;
}

/** From here to the end of the copy others wait for the table: not longer than they would for its lock. */
export async function lockToCopy(
  session: Session,
  relation: Relation,
  { lockTimeoutMs, copyMs }: { readonly lockTimeoutMs: number; readonly copyMs: number },
): Promise<void> {
  await session.batch([
    [
      setLocal('lock_timeout', String(lockTimeoutMs)),
      { sql: `LOCK TABLE ${nameOf(relation)} IN ACCESS EXCLUSIVE MODE` },
      setLocal('statement_timeout', String(copyMs)),
    ],
  ]);
}
