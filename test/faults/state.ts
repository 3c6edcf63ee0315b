/** What is in a database, as lines that can be compared: the schema `app` of the fault files, and the tool's history. */
import { Refusal } from '../../src/embedded/probe.ts';
import type { Answer, TestDatabase } from '../support/servers.ts';

/** Objects and data of schema app; what a concurrent statement left half done is told apart, in `half`. */
export interface Snapshot {
  readonly lines: readonly string[];
  /** `invalid index NAME` or `detach pending NAME`. */
  readonly half: readonly string[];
}

const OBJECTS = `
WITH own AS (SELECT oid, nspname FROM pg_namespace WHERE nspname = 'app'),
bad AS (SELECT indexrelid FROM pg_index WHERE NOT indisvalid)
SELECT 'schema ' || nspname FROM own
UNION ALL SELECT concat_ws(' ', 'relation', c.relkind, c.relname, CASE c.relkind WHEN 'i' THEN pg_get_indexdef(c.oid)
  WHEN 'v' THEN pg_get_viewdef(c.oid) END, c.relispartition)
FROM pg_class AS c JOIN own ON own.oid = c.relnamespace WHERE c.oid NOT IN (TABLE bad)
UNION ALL SELECT concat_ws(' ', 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
  pg_get_expr(d.adbin, d.adrelid))
FROM pg_class AS c JOIN own ON own.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
  AND NOT a.attisdropped LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE c.relkind IN ('r', 'p', 'v')
UNION ALL SELECT concat_ws(' ', 'constraint', c.relname, n.conname, pg_get_constraintdef(n.oid))
FROM pg_constraint AS n JOIN pg_class AS c ON c.oid = n.conrelid JOIN own ON own.oid = c.relnamespace
UNION ALL SELECT concat_ws(' ', 'routine', p.oid::regprocedure, md5(p.prosrc)) FROM pg_proc AS p JOIN own ON own.oid = p.pronamespace
UNION ALL SELECT concat_ws(' ', 'enum', t.typname, string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder))
FROM pg_type AS t JOIN own ON own.oid = t.typnamespace JOIN pg_enum AS e ON e.enumtypid = t.oid GROUP BY t.typname
UNION ALL SELECT concat_ws(' ', 'inherits', i.inhrelid::regclass, i.inhparent::regclass)
FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid JOIN own ON own.oid = c.relnamespace WHERE c.relkind = 'r'
UNION ALL SELECT concat_ws(' ', 'data', c.relname, (xpath('/row/d/text()', query_to_xml(format(
  'SELECT count(*) || '' '' || md5(coalesce(string_agg(t::text, '','' ORDER BY t::text), '''')) AS d FROM app.%I AS t', c.relname),
  false, true, '')))[1])
FROM pg_class AS c JOIN own ON own.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')
UNION ALL SELECT '~invalid index ' || indexrelid::regclass FROM bad JOIN pg_class AS c ON c.oid = indexrelid JOIN own ON own.oid = relnamespace
UNION ALL SELECT '~detach pending ' || c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
WHERE to_jsonb(i) ->> 'inhdetachpending' = 'true'
ORDER BY 1`;

export async function snapshot(database: TestDatabase): Promise<Snapshot> {
  const lines = (await database.sql(OBJECTS)).map(([line]) => line ?? '');
  return {
    lines: lines.filter((line) => !line.startsWith('~')),
    half: lines.filter((line) => line.startsWith('~')).map((line) => line.slice(1)),
  };
}

/** What differs, as `- missing` and `+ too much`; what belongs to a partition that is half detached is left out. */
export function difference(found: Snapshot, wanted: Snapshot): string[] {
  const pending = found.half.filter((line) => line.startsWith('detach')).map((line) => line.split(' ')[2] ?? '');
  const counted = (line: string) => !pending.some((name) => line.includes(name) || / log( |$)/.test(line));
  const [has, wants] = [found.lines.filter(counted), wanted.lines.filter(counted)];
  return [
    ...wants.filter((line) => !has.includes(line)).map((line) => `- ${line}`),
    ...has.filter((line) => !wants.includes(line)).map((line) => `+ ${line}`),
  ];
}

export interface Recorded {
  readonly version: string;
  readonly success: boolean;
  readonly type: string;
  readonly stepsDone: number | null;
}

export interface Event {
  readonly seq: number;
  readonly event: string;
  readonly version: string | null;
  readonly run: string;
}

export interface History {
  readonly recorded: readonly Recorded[];
  readonly events: readonly Event[];
  /** Position of the first event whose hash, place or link is wrong; 0 when all are right. */
  readonly brokenAt: number;
}

/** Written out as docs/FORMATS.md has it, without the tool's own function. */
const HISTORY = `SELECT json_build_object(
'recorded', (SELECT coalesce(json_agg(json_build_object('version', version, 'success', success, 'type', type, 'stepsDone', steps_done)
  ORDER BY version), '[]') FROM public.schema_migrations),
'events', (SELECT coalesce(json_agg(json_build_object('seq', seq, 'event', event, 'version', version, 'run', run_id) ORDER BY seq), '[]')
  FROM public.schema_migration_events),
'brokenAt', (SELECT coalesce(min(position), 0) FROM (SELECT seq, hash, previous_hash, row_number() OVER (ORDER BY seq) AS position,
  lag(hash, 1, repeat('0', 64)) OVER (ORDER BY seq) AS wanted,
  encode(sha256(convert_to(jsonb_build_array(seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), event, version,
    run_id::text, actor, host, tool_version, git_commit, detail, previous_hash)::text, 'UTF8')), 'hex') AS recomputed
  FROM public.schema_migration_events) AS e WHERE hash <> recomputed OR previous_hash <> wanted OR seq <> position))`;

/** Empty where the tracking tables are not there yet. */
export async function history(database: TestDatabase): Promise<History> {
  const [row] = (await rowsIfThere(database, HISTORY)) ?? [];
  return row ? (JSON.parse(row[0] ?? '{}') as History) : { recorded: [], events: [], brokenAt: 0 };
}

export async function undone(database: TestDatabase): Promise<string[]> {
  const rows = await rowsIfThere(database, 'SELECT version FROM keep.undone ORDER BY 1');
  return (rows ?? []).map(([version]) => version ?? '');
}

/** One connection a question: thousands of cases ask. Undefined where the table is not there. */
async function rowsIfThere(database: TestDatabase, query: string): Promise<Answer['rows'] | undefined> {
  return database.sql(query).catch((error: unknown) => {
    if (error instanceof Refusal && error.sqlstate === '42P01') return undefined;
    throw error;
  });
}
