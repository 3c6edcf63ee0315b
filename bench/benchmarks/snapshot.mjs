// Reading a large schema whole: `diff --save` beside `pg_dump --schema-only`, which reads the same catalogs.
import { join } from 'node:path';
import { interleave, runOnce } from '../lib/measure.mjs';
import { ours } from '../lib/tools.mjs';

export const title = 'Snapshot of a large schema';

const TABLES = 1000;
const SCHEMA = '1,000 tables, 10,000 columns, 3,000 constraints, 3,000 indexes, 200 views';

export async function run(bed) {
  const database = await bed.cluster.createDatabase();
  await build(bed.cluster, database);
  const url = bed.cluster.url(database);
  const variants = [
    ...bed.tools.map(({ name, launcher }) => ({
      name: `${name} diff --save`,
      command: () => ours(launcher, bed.folder, url, ['diff', '--save', join(bed.folder, `${name}.json`)]),
    })),
    ...bed.tools.map(({ name, launcher }) => ({
      name: `${name} diff FILE`,
      command: () => ours(launcher, bed.folder, url, ['diff', join(bed.folder, `${name}.json`)]),
    })),
    {
      name: 'pg_dump --schema-only',
      command: () => ({
        command: [join(bed.cluster.bin, 'pg_dump'), '--schema-only', '--file', join(bed.folder, 'dump.sql'), url],
      }),
    },
  ];
  await runOnce(bed.folder, variants[0].command());
  const rows = await interleave(bed.folder, variants, bed.rounds(9), bed.log);
  await bed.cluster.dropDatabase(database);
  return { [SCHEMA]: rows };
}

export const targets = [{ table: SCHEMA, tool: 'taskflow-db diff --save', below: 'pg_dump --schema-only' }];

async function build(cluster, database) {
  await cluster.query(
    database,
    `DO $$ BEGIN
  FOR i IN 1 .. ${TABLES} LOOP
    EXECUTE format('CREATE TABLE t%1$s (id bigint PRIMARY KEY, a integer NOT NULL DEFAULT 0, b text, c text DEFAULT %2$L, d timestamptz DEFAULT now(),
      e numeric(10, 2), f boolean, g jsonb, h date, parent bigint, CONSTRAINT t%1$s_a CHECK (a >= 0),
      CONSTRAINT t%1$s_parent FOREIGN KEY (parent) REFERENCES t%3$s)', i, 'x', greatest(1, i - 1));
    EXECUTE format('CREATE INDEX t%1$s_b ON t%1$s (b); CREATE INDEX t%1$s_low ON t%1$s (lower(c)) WHERE a > 1;
      COMMENT ON TABLE t%1$s IS %2$L', i, 'table number ' || i);
  END LOOP;
  FOR i IN 1 .. ${TABLES / 5} LOOP
    EXECUTE format('CREATE VIEW v%1$s AS SELECT x.id, x.b, count(*) AS n FROM t%1$s AS x JOIN t%2$s AS y ON y.parent = x.id
      WHERE x.a > 5 GROUP BY 1, 2', i, i + 1);
  END LOOP;
END $$`,
  );
  await cluster.query(database, 'VACUUM ANALYZE');
}
