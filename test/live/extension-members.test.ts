/** What comes with PostgreSQL's own extensions is known by its name (src/footprint/extension-members.ts), on every server version. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extensionsWith } from '../../src/footprint/extension-members.ts';
import { engines, withDatabase } from '../support/servers.ts';

/** Types that are no arrays, functions that SQL can call, and what else has a name that statements use; not what PostgreSQL (13) has, too. */
const MEMBERS = `
WITH member AS (SELECT e.extname, d.classid, d.objid FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
  WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND extname <> 'plpgsql'), named AS (
SELECT extname, typname AS name FROM member JOIN pg_type AS t ON classid = 'pg_type'::regclass AND t.oid = objid AND typelem = 0 AND typtype <> 'm'
UNION SELECT extname, proname FROM member JOIN pg_proc AS p ON classid = 'pg_proc'::regclass AND p.oid = objid
  AND NOT prorettype IN ('internal'::regtype, 'cstring'::regtype) AND NOT proargtypes::oid[] && ARRAY['internal'::regtype, 'cstring'::regtype]::oid[]
UNION SELECT extname, opcname FROM member JOIN pg_opclass AS o ON classid = 'pg_opclass'::regclass AND o.oid = objid
UNION SELECT extname, oprname FROM member JOIN pg_operator AS o ON classid = 'pg_operator'::regclass AND o.oid = objid
UNION SELECT extname, lanname FROM member JOIN pg_language AS l ON classid = 'pg_language'::regclass AND l.oid = objid)
SELECT DISTINCT extname, name FROM named
WHERE name <> 'gen_random_uuid' AND NOT EXISTS (SELECT FROM pg_proc AS p WHERE proname = name AND pronamespace = 'pg_catalog'::regnamespace)
  AND NOT EXISTS (SELECT FROM pg_operator AS o WHERE oprname = name AND oprnamespace = 'pg_catalog'::regnamespace)
ORDER BY 1, 2`;

for (const engine of engines)
  test(`PostgreSQL ${engine}`, () =>
    withDatabase(engine, async (database) => {
      const offered = await database.sql('SELECT name FROM pg_available_extensions ORDER BY 1');
      for (const [name] of offered)
        await database.sql(`CREATE EXTENSION IF NOT EXISTS "${name}" CASCADE`).catch(() => {});
      const members = await database.sql(MEMBERS);
      assert.ok(members.length > 200, `${members.length} names`);
      const unknown = members.filter(([extension, name]) => !extensionsWith(name!).includes(extension!));
      assert.deepEqual(unknown, []);
    }));
