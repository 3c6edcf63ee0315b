import { createHash } from 'node:crypto';
import { SchemaPrint } from '../../snapshot/print.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';

const LOCK_TIMEOUT_MS = 10_000;

/** A hash (SHA-256, hex) over the schema of the database: the same for the same schema. Owners and privileges are left out. */
export async function schemaHash(engine: Engine, { server }: Control): Promise<string> {
  const session = await engine.connect('control');
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
    const { text } = await print.take(session);
    await session.query('COMMIT');
    return createHash('sha256').update(text).digest('hex');
  } finally {
    await session.end();
  }
}
