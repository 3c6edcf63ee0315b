import type { SchemaObject, Snapshot } from '../../catalog/snapshot.ts';
import { type Sections, writeSections } from '../../script/sections.ts';
import { readSnapshot } from '../../snapshot/read.ts';
import type { Engine } from '../engine.ts';
import { refuseUnknown } from '../schema/read-schema.ts';
import { type Leader, LOCK_WAIT_MS } from './leader.ts';

/** The schema as SQL, in the leader's snapshot, with the tracking tables, for a new database of any name. */
export async function writeSchema(engine: Engine, leader: Leader): Promise<Sections> {
  refuseUnknown(leader.server);
  const session = await engine.connect('backup');
  try {
    const schema = await readSnapshot(session, {
      major: Math.trunc(leader.server.versionNum / 10_000),
      owners: true,
      privileges: true,
      needs: true,
      everything: true,
      trackingSchema: engine.settings.trackingSchema,
      role: engine.settings.role,
      snapshot: leader.snapshot,
      lockTimeoutMs: LOCK_WAIT_MS,
    });
    const objects = schema.objects.filter(({ type }) => type !== 'database setting');
    const [first] = await leader.session.query("SELECT pg_catalog.pg_get_userbyid('10') AS name");
    const own = { ...schema, objects };
    const { preData, postData, notWritten } = writeSections(newDatabase(own, first?.name ?? ''), own);
    return { preData: `${HEAD}\n${preData}`, postData: `${HEAD}\n${postData}`, notWritten };
  } finally {
    await session.end();
  }
}

/** As pg_dump's files begin: nothing that a database or a role sets may change what the statements mean. */
const HEAD = `SET statement_timeout = 0;
SET lock_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET row_security = off;
`;

/**
 * What a database has that was just made of template0: the schema public, whose owner and grants have changed with 15, and
 * PL/pgSQL. `first`: who made the cluster.
 */
function newDatabase(schema: Snapshot, first: string): Snapshot {
  const plpgsql = schema.objects.filter(({ type, identity }) => type === 'extension' && identity[0] === 'plpgsql');
  const newer = schema.major >= 15;
  const publicSchema: SchemaObject = {
    type: 'schema',
    identity: ['public'],
    properties: {
      comment: 'standard public schema',
      owner: newer ? 'pg_database_owner' : first,
      privileges: [...(newer ? [] : [['public', 'CREATE']]), ['public', 'USAGE']],
    },
  };
  return { ...schema, notChecked: [], objects: [publicSchema, ...plpgsql] };
}
