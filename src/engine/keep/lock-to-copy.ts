import type { Session } from '../../postgres/session.ts';
import { setLocal } from '../../postgres/session-settings.ts';
import type { Relation } from './relations.ts';
import { nameOf } from './taking.ts';

/** What is copied within a server, at the least (measured: 150 kB and more a millisecond). */
const BYTES_PER_MS = 100 * 1024;

/** Nobody can copy it in the time that others may be kept waiting. */
export function isLarge({ bytes }: Relation, lockTimeoutMs: number): boolean {
  return lockTimeoutMs > 0 && bytes > lockTimeoutMs * BYTES_PER_MS;
}

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
export async function lockToCopy(session: Session, relation: Relation, lockTimeoutMs: number): Promise<void> {
  await session.batch([
    [
      setLocal('lock_timeout', String(lockTimeoutMs)),
      { sql: `LOCK TABLE ${nameOf(relation)} IN ACCESS EXCLUSIVE MODE` },
      setLocal('statement_timeout', String(lockTimeoutMs)),
    ],
  ]);
}
