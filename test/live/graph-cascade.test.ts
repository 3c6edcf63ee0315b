/** What DROP ... CASCADE takes along, as servers tell it: the same as the footprint says (test/footprint/cascade.test.ts). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CASCADES } from '../footprint/cascades.ts';
import { onServers } from '../support/on-servers.ts';
import { withDatabase } from '../support/servers.ts';

/** `own`: what the server counts as dropped on its own: not the index of a constraint, the row type of a table, what an extension holds. */
const RECORD = `
CREATE TABLE public.held AS SELECT classid, objid FROM pg_depend WHERE deptype = 'e';
CREATE TABLE public.dropped (type text, name text, own boolean);
CREATE FUNCTION public.record() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO public.dropped SELECT object_type, object_identity, (original OR normal) AND object_type NOT IN ('view column', 'function of access method', 'operator of access method')
    AND object_identity !~ '"_RETURN"' AND NOT EXISTS (SELECT FROM public.held AS h WHERE (h.classid, h.objid) = (d.classid, d.objid))
  FROM pg_event_trigger_dropped_objects() AS d;
END $$;
CREATE EVENT TRIGGER record ON sql_drop EXECUTE FUNCTION public.record();`;

for (const engine of onServers(import.meta.url, 14, 18))
  describe(`PostgreSQL ${engine}`, { concurrency: 2 }, () => {
    for (const { what, files, drop, drops } of CASCADES)
      test(what, async () => {
        await withDatabase(engine, async (database) => {
          for (const sql of [...files, RECORD, drop]) await database.sql(sql);
          const rows = await database.sql('SELECT type, name, own FROM public.dropped');
          const all = rows.map(([type, name]) => wordsOf(type!, name!));
          const own = rows.flatMap(([type, name, isOwn]) => (isOwn === 't' ? [wordsOf(type!, name!)] : []));
          const expected = drops.map((one) => one.replace(/^(index \S+) of .*/, '$1'));
          assert.deepEqual(
            expected.filter((one) => !all.includes(one)),
            [],
            `not dropped: ${all.join(', ')}`,
          );
          const ofColumn = (one: string) => one.startsWith('default of ') && all.includes(one.slice(11));
          const inSchema = /^\S+ app\.|of app\./;
          assert.deepEqual(
            own.filter(
              (one) => !expected.includes(one) && !ofColumn(one) && !(drop.includes('SCHEMA') && inSchema.test(one)),
            ),
            [],
          );
        });
      });
  });

/** `view public.v`, `table column public.t.a`, `default value for public.t.a`, `table constraint c on public.t` */
function wordsOf(type: string, identity: string): string {
  const short = identity.replaceAll('public.', '').replace(/\(.*\)$/, '');
  const word = type.replace(/^(table|domain) (constraint|column)$/, '$2').replace('default value', 'default');
  if (word === 'default') return short.replace(/^for (.*)\.(.*)$/, 'default of column $2 of $1');
  if (word === 'column') return short.replace(/^(.*)\.(.*)$/, 'column $2 of $1');
  if (word === 'index') return `index ${short}`;
  return `${word} ${short.replace(/^(.*) on (.*)$/, '$1 of $2')}`;
}
