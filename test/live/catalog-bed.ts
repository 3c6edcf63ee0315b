/** Snapshots of test databases, as the engine reads them. */
import assert from 'node:assert/strict';
import { compareSchemas, type Difference } from '../../src/catalog/compare.ts';
import type { Included, Snapshot } from '../../src/catalog/snapshot.ts';
import { connect } from '../../src/postgres/connect.ts';
import { type DriverClient, Session } from '../../src/postgres/session.ts';
import { machineInputs } from '../../src/postgres/target/process.ts';
import { resolveTarget } from '../../src/postgres/target/resolve.ts';
import { readSnapshot } from '../../src/snapshot/read.ts';
import type { TestDatabase } from '../support/servers.ts';

export const ALL: Included = { owners: true, privileges: true };

export interface SnapshotHow {
  readonly included?: Included;
  /** What depends on what, too. */
  readonly needs?: boolean;
  readonly trackingSchema?: string;
  readonly user?: string;
  /** What a large schema is read with, beside the first session. */
  readonly second?: 'none' | 'one' | 'refused';
  /** An open one that the test goes on with: the server knows the catalog already, and reads it in half the time. */
  readonly through?: Session;
}

export async function openSession(
  { server, name }: Pick<TestDatabase, 'server' | 'name'>,
  user?: string,
): Promise<Session> {
  const target = resolveTarget(machineInputs({}, { database: server.url(name, user) }))!;
  return new Session((await connect(target, { applicationName: 'test' })) as unknown as DriverClient);
}

export async function snapshotOf(
  database: Pick<TestDatabase, 'server' | 'name'>,
  { included = ALL, needs = true, trackingSchema = 'public', user, second = 'none', through }: SnapshotHow = {},
): Promise<Snapshot> {
  const open = () => openSession(database, user);
  const sessions = [through ?? (await open())];
  const more = async () => {
    if (second === 'refused') throw new Error('too many clients');
    if (second === 'one') sessions.push(await open());
    return sessions[1];
  };
  try {
    const options = { ...included, needs, major: database.server.major, trackingSchema, lockTimeoutMs: 5000 };
    const snapshot = await readSnapshot(sessions[0]!, options, more);
    for (const session of sessions) assert.equal(session.transactionStatus, 'I');
    return snapshot;
  } finally {
    for (const session of sessions) if (session !== through) await session.end();
  }
}

/** What differs, briefly: `changed column app.users.age: default`. */
export function brief({ changes }: Pick<Difference, 'changes'>): string[] {
  return changes.map(({ kind, type, name, detail }) =>
    kind === 'changed' ? `${kind} ${type} ${name}: ${Object.keys(detail).join(', ')}` : `${kind} ${type} ${name}`,
  );
}

export function differenceOf(before: Snapshot, after: Snapshot): Difference {
  return compareSchemas(before, after);
}
