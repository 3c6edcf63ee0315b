import { createHash } from 'node:crypto';
import type { SchemaHashes } from '../../plan/bound.ts';
import { Problem } from '../../problem/problem.ts';
import { blockerCure, blockerText } from '../../report/blocker.ts';
import { SchemaPrint } from '../../snapshot/print.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { isDatabaseError } from '../failure.ts';
import { holdersFrom, holdersSql } from '../locks/look.ts';
import { isStumble } from '../schema/read-schema.ts';

/** Migrations hold a table alone for a moment; whoever holds it for longer is to be named, and soon. */
const LOCK_TIMEOUT_MS = 1500;
const TRIES_MAX = 4;

/**
 * For each type of object a hash (SHA-256, hex) over all of them: the same for the same schema. Owners and privileges are left out.
 * The server takes ACCESS SHARE on tables to write their expressions out: Problem `lock-timeout`, with who it is, where
 * another session holds one of them alone.
 */
export async function schemaHash(engine: Engine, control: Control): Promise<SchemaHashes> {
  for (let tries = 1; ; tries++) {
    try {
      return await hashOnce(engine, control);
    } catch (error) {
      if (isDatabaseError(error) && error.code === '55P03') throw await lockedProblem(engine, control);
      if (tries === TRIES_MAX || !isStumble(error)) throw error;
    }
  }
}

async function hashOnce(engine: Engine, { server }: Control): Promise<SchemaHashes> {
  const session = await engine.connect('control');
  if (server.pooled) session.behindPooler();
  try {
    const print = await SchemaPrint.of(session, {
      owners: false,
      privileges: false,
      major: Math.trunc(server.versionNum / 10_000),
      trackingSchema: engine.settings.trackingSchema,
      role: engine.settings.role,
      lockTimeoutMs: LOCK_TIMEOUT_MS,
    });
    await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { values } = await print.take(session);
    await session.query('COMMIT');
    return byType(print.names, values);
  } finally {
    await session.end();
  }
}

function byType(names: readonly string[], values: readonly string[]): SchemaHashes {
  return Object.fromEntries(names.map((name, i) => [name, sha256(values[i] ?? '')]));
}

const HELD_ALONE = `coalesce((SELECT pg_catalog.array_agg(l.relation) FROM pg_catalog.pg_locks AS l
  WHERE l.granted AND l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'), '{}')`;

async function lockedProblem({ mask }: Engine, { session, server }: Control): Promise<Problem> {
  const held = holdersFrom(await session.query(holdersSql(HELD_ALONE)), mask);
  const holders = held.filter(({ blocker }) => blocker.modes.includes('AccessExclusiveLock'));
  return new Problem('lock-timeout', `the schema of ${server.database} cannot be read: a table is locked`, {
    found: holders.map(({ relation, blocker }) => `${relation.name} is held by ${blockerText(blocker)}`).join('\n'),
    state: 'Nothing was run.',
    next: [
      ...new Set(holders.map(({ blocker }) => blockerCure(blocker))),
      'Run the command again when the lock is gone.',
    ],
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
