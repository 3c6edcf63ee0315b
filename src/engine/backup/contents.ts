import type { BackedUpSequence, PartitionedTable } from '../../backup/manifest.ts';
import { ledgerNames } from '../../ledger/names.ts';
import { ledgerItems, ledgerOf } from '../../ledger/read.ts';
import { inForce } from '../../plan/ledger-entry.ts';
import { quoteQualified } from '../../sql/quote.ts';
import type { Engine } from '../engine.ts';
import { askOrPass, type Leader } from './leader.ts';

/** A table that holds rows of its own. */
export interface SourceTable {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  /** With what is stored apart from its rows, without indexes. */
  readonly bytes: number;
  /** Of a table of an extension, which rows are the user's: a condition as the extension gives it, or ''. Else null. */
  readonly condition: string | null;
}

/** What there is in the snapshot of a backup. */
export interface Contents {
  readonly tables: readonly SourceTable[];
  readonly partitioned: readonly PartitionedTable[];
  readonly databaseBytes: number;
  readonly encoding: string;
  readonly systemIdentifier: string | null;
  readonly largeObjects: number;
  readonly applied: readonly string[] | null;
}

/** Reads the catalogs; waits for no lock but to ask for sizes. */
export async function readContents(engine: Engine, leader: Leader): Promise<Contents> {
  const tables = await leader.session.query(TABLES);
  const [facts] = await leader.session.query(FACTS);
  const control = await askOrPass(leader, [{ sql: SYSTEM, rows: true }]);
  return {
    tables: tables.map(({ oid, schema, name, bytes, condition }) => ({
      oid: oid ?? '',
      schema: schema ?? '',
      name: name ?? '',
      bytes: Number(bytes ?? 0),
      condition: condition ?? null,
    })),
    partitioned: await readPartitioned(leader),
    databaseBytes: Number(facts?.bytes ?? 0),
    encoding: facts?.encoding ?? '',
    largeObjects: Number(facts?.large_objects ?? 0),
    systemIdentifier: control?.[0]?.[0]?.id ?? null,
    applied: await readApplied(engine, leader),
  };
}

/** Of relations that are a database's own, `c` and `n`; of an extension's those that it marks as the user's. */
const OWN = `c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND NOT pg_catalog.starts_with(n.nspname, 'pg_')
  AND (e.oid IS NULL OR c.oid = ANY (e.extconfig))`;

const RELATIONS = `pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
  AND d.objsubid = 0 AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e'
LEFT JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid`;

const TABLES = `SELECT c.oid, n.nspname AS schema, c.relname AS name, pg_catalog.pg_table_size(c.oid) AS bytes,
  CASE WHEN e.oid IS NOT NULL THEN e.extcondition[pg_catalog.array_position(e.extconfig, c.oid)] END AS condition
FROM ${RELATIONS} WHERE c.relkind = 'r' AND ${OWN} ORDER BY bytes DESC NULLS LAST, c.oid`;

/** The partitions below each, not only those right below; from 12 on there is pg_partition_tree, and it is not needed. */
const PARTITIONED = `WITH RECURSIVE below (top, oid) AS (
  SELECT c.oid, c.oid FROM ${RELATIONS} WHERE c.relkind = 'p' AND ${OWN}
  UNION ALL SELECT b.top, i.inhrelid FROM below AS b JOIN pg_catalog.pg_inherits AS i ON i.inhparent = b.oid)
SELECT tn.nspname AS schema, t.relname AS name, pn.nspname AS part_schema, p.relname AS part
FROM below AS b JOIN pg_catalog.pg_class AS t ON t.oid = b.top JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
LEFT JOIN pg_catalog.pg_class AS p ON p.oid = b.oid AND b.oid <> b.top LEFT JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace
ORDER BY 1, 2, 3, 4`;

async function readPartitioned({ session }: Leader): Promise<PartitionedTable[]> {
  const found = new Map<string, PartitionedTable & { partitions: { schema: string; name: string }[] }>();
  for (const { schema, name, part_schema, part } of await session.query(PARTITIONED)) {
    const key = quoteQualified(schema ?? '', name ?? '');
    const one = found.get(key) ?? { schema: schema ?? '', name: name ?? '', partitions: [] };
    found.set(key, one);
    if (part != null) one.partitions.push({ schema: part_schema ?? '', name: part });
  }
  return [...found.values()];
}

const FACTS = `SELECT pg_catalog.pg_database_size(oid) AS bytes, pg_catalog.pg_encoding_to_char(encoding) AS encoding,
  (SELECT pg_catalog.count(*) FROM pg_catalog.pg_largeobject_metadata) AS large_objects
FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()`;

const SYSTEM = 'SELECT system_identifier AS id FROM pg_catalog.pg_control_system()';

/** Versions in force, in order of their application; null without a history that this tool reads. */
async function readApplied(engine: Engine, leader: Leader): Promise<readonly string[] | null> {
  const names = ledgerNames(engine.settings.trackingSchema);
  const answer = await askOrPass(leader, ledgerItems(names));
  if (!answer) return null;
  const { entries } = ledgerOf(answer[0] ?? [], answer[1] ?? []);
  return entries
    .filter(inForce)
    .sort((a, b) => a.appliedOrder - b.appliedOrder)
    .map(({ version }) => version);
}

/** What each sequence stands at: as of now, for they know no snapshots; never behind the rows of the snapshot. */
export async function readSequences({ session }: Leader): Promise<BackedUpSequence[]> {
  const names = await session.query(
    `SELECT n.nspname AS schema, c.relname AS name FROM ${RELATIONS} WHERE c.relkind = 'S' AND ${OWN} ORDER BY 1, 2`,
  );
  if (names.length === 0) return [];
  const items = names.map(({ schema, name }) => ({
    sql: `SELECT last_value, is_called FROM ${quoteQualified(schema ?? '', name ?? '')}`,
    rows: true,
  }));
  const { results } = await session.batch([items]);
  return names.map(({ schema, name }, i) => {
    const row = results[0]?.[i]?.rows[0];
    return {
      schema: schema ?? '',
      name: name ?? '',
      lastValue: row?.last_value ?? '',
      isCalled: row?.is_called === 't',
    };
  });
}

/** What the role may not read, or not all of, as people write it. */
export async function findUnreadable({ session }: Leader): Promise<{ tables: string[]; role: string }> {
  const rows = await session.query(`SELECT CASE WHEN c.relkind = 'S' THEN 'sequence ' ELSE '' END
  || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS name,
  pg_catalog.row_security_active(c.oid) AS hidden
FROM ${RELATIONS} WHERE c.relkind IN ('r', 'p', 'S') AND ${OWN} AND (pg_catalog.row_security_active(c.oid)
  OR NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE')
  OR NOT CASE WHEN c.relkind = 'S' THEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT')
    ELSE pg_catalog.has_table_privilege(c.oid, 'SELECT') END)
ORDER BY 1`);
  const [me] = await session.query('SELECT current_user AS role');
  const tables = rows.map(({ name, hidden }) => `${name}${hidden === 't' ? ' (its policies hide rows)' : ''}`);
  return { tables, role: me?.role ?? '' };
}
