/** What a migration destroys and its rollback brings back: equal data and equal catalog, whatever happens in between. */
import assert from 'node:assert/strict';
import { type DatabaseWorkplace, type Finished, withCli } from './cli.ts';
import type { Engine } from './servers.ts';

export interface RoundTrip {
  readonly base: string;
  readonly destroy: string;
  readonly back: string;
  /** Later migrations, with their ways back; those are rolled back first. */
  readonly later?: readonly (readonly [string, string])[];
  /** What somebody else does in between, and undoes `afterwards`: nothing of it is to be seen in the end. */
  readonly between?: string;
  readonly afterwards?: string;
  /** The rollback says it. */
  readonly says?: RegExp;
  /** The migration says it. */
  readonly warns?: RegExp;
  readonly env?: Readonly<Record<string, string>>;
}

/** All rows of all tables of the people, and where the sequences stand. */
export async function dataOf({ database }: DatabaseWorkplace): Promise<string> {
  const relations = await database.sql(`SELECT c.oid::regclass::text, c.relkind FROM pg_class AS c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'm', 'S') AND c.relname !~ '^schema_migration' ORDER BY 1`);
  const found: string[] = [];
  for (const [name, kind] of relations) {
    const rows =
      kind === 'S'
        ? `SELECT last_value || ' ' || is_called FROM ${name}`
        : `SELECT to_jsonb(t)::text FROM ${name} AS t ORDER BY 1`;
    found.push(`${name}:`, ...(await database.sql(rows)).map(([row]) => row ?? ''));
  }
  return found.join('\n');
}

/** What is said of the tables, in whatever order their columns stand. */
async function catalogOf({ database }: DatabaseWorkplace): Promise<string> {
  const rows = await database.sql(`SELECT x FROM pg_class AS c CROSS JOIN LATERAL (
    SELECT concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity) FROM pg_attribute AS a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT conname || ' ' || pg_get_constraintdef(f.oid) FROM pg_constraint AS f WHERE f.conrelid = c.oid
    UNION ALL SELECT pg_get_indexdef(i.indexrelid) FROM pg_index AS i WHERE i.indrelid = c.oid
    UNION ALL SELECT pg_get_ruledef(r.oid) || r.ev_enabled::text FROM pg_rewrite AS r WHERE r.ev_class = c.oid
    UNION ALL SELECT pg_get_triggerdef(t.oid) || t.tgenabled::text FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal
    UNION ALL SELECT concat_ws(' ', 'rls', c.relrowsecurity, c.relforcerowsecurity)) AS l (x)
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'm') AND c.relname !~ '^schema_migration' ORDER BY c.relname, x`);
  return rows.map(([row]) => row ?? '').join('\n');
}

const commented = (sql: string) => sql.replace(/^/gm, '-- ');
const fileOf = (sql: string, back: string) => `${sql};\n-- ROLLBACK:\n${commented(back)};\n`;

/** Runs it there and back; the outcome of the rollback. */
export async function roundTrip(engine: Engine, one: RoundTrip): Promise<Finished> {
  return withCli(
    engine,
    { 'm/000_base.sql': `${one.base};\n-- IRREVERSIBLE: the base\n` },
    async (at) => {
      const base = await at.run(['migrate']);
      assert.equal(base.exit, 0, base.output);
      const before = [await dataOf(at), await catalogOf(at)];
      const files = [[one.destroy, one.back] as const, ...(one.later ?? [])];
      at.write(
        Object.fromEntries(files.map(([sql, back], i) => [`m/00${i + 1}_step.sql`, `-- Step\n\n${fileOf(sql, back)}`])),
      );
      const destroyed = await at.run(['migrate', '--yes']);
      assert.equal(destroyed.exit, 0, destroyed.output);
      if (one.warns) assert.match(destroyed.said, one.warns);
      assert.notEqual(await dataOf(at), before[0]);
      if (one.between !== undefined) await at.database.sql(one.between);
      const back = await at.run(['rollback', '--yes', '--steps', String(files.length)]);
      assert.equal(back.exit, 0, back.output);
      if (one.says) assert.match(back.said, one.says);
      if (one.afterwards !== undefined) await at.database.sql(one.afterwards);
      assert.deepEqual([await dataOf(at), await catalogOf(at)], before, destroyed.output + back.output);
      return back;
    },
    one.env,
  );
}
