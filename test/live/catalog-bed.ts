/** Snapshots of test databases, as the engine reads them. */
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
  readonly trackingSchema?: string;
  readonly user?: string;
}

export async function snapshotOf(
  { server, name }: Pick<TestDatabase, 'server' | 'name'>,
  { included = ALL, trackingSchema = 'public', user }: SnapshotHow = {},
): Promise<Snapshot> {
  const target = resolveTarget(machineInputs({}, { database: server.url(name, user) }))!;
  const session = new Session((await connect(target, { applicationName: 'test' })) as unknown as DriverClient);
  try {
    return await readSnapshot(session, { ...included, major: server.major, trackingSchema, lockTimeoutMs: 5000 });
  } finally {
    await session.end();
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
