import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Row } from '../../postgres/row.ts';
import type { Session } from '../../postgres/session.ts';
import { setLocal } from '../../postgres/session-settings.ts';
import { quoteIdentifier, quoteQualified } from '../../sql/quote.ts';
import { arrayOf } from './find-kept.ts';

/** pg_trigger.tgenabled and pg_rewrite.ev_enabled, and how ALTER TABLE names it. */
const ENABLE: Readonly<Record<string, string>> = { O: 'ENABLE', R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS' };

export interface Hindered {
  /** As SQL names them. */
  readonly tables: readonly string[];
  /** Columns whose values are set. */
  readonly columns: readonly string[];
}

/**
 * Runs `use` while nothing of the tables themselves stands in its way: their triggers and rules are off, so that rows come back as they
 * were and not as a trigger would write them (an updated_at of today); an identity column takes any value; their owner sees
 * all rows. Each is set again as it was. Triggers of constraints stay on, and have all fired at the end, so that the tables can be
 * altered.
 */
export async function unhindered(session: Session, hindered: Hindered, use: () => Promise<void>): Promise<void> {
  await switched(session, await switchesOf(session, hindered), async () => {
    await use();
    await session.batch([await constraintsFired(session, hindered.tables)]);
  });
}

/** Runs `use`, which only reads, while it sees all rows of the tables. Where a policy would hide some, that is an error. */
export async function seeingAll<T>(session: Session, tables: readonly string[], use: () => Promise<T>): Promise<T> {
  const all = await switchesOf(session, { tables, columns: [] });
  return switched(
    session,
    all.filter(({ kind }) => kind === 'ROW SECURITY'),
    use,
  );
}

async function switchesOf(session: Session, { tables, columns }: Hindered): Promise<Switch[]> {
  return (await session.query(HINDERING, [arrayOf(tables), arrayOf(columns)])).map(switchOf);
}

async function switched<T>(session: Session, found: readonly Switch[], use: () => Promise<T>): Promise<T> {
  const [before] = await session.query("SELECT pg_catalog.current_setting('row_security') AS row_security");
  await session.batch([[...found.map(({ off }) => ({ sql: off })), setLocal('row_security', 'off')]]);
  const result = await use();
  const row = setLocal('row_security', before?.row_security ?? 'on');
  await session.batch([[row, ...found.map(({ on }) => ({ sql: on }))]]);
  return result;
}

/** Those of the tables and of what inherits from them; a partition's copy of a trigger follows the one above it. */
const HINDERING = `WITH RECURSIVE tables (oid) AS (
  SELECT t::pg_catalog.regclass::pg_catalog.oid FROM pg_catalog.unnest($1::pg_catalog.text[]) AS t
  UNION SELECT i.inhrelid FROM tables AS b JOIN pg_catalog.pg_inherits AS i ON i.inhparent = b.oid
), found (oid, kind, name, enabled) AS (
  SELECT t.tgrelid, 'TRIGGER', t.tgname, t.tgenabled FROM pg_catalog.pg_trigger AS t
  WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS i
    JOIN pg_catalog.pg_class AS p ON p.oid = i.inhparent AND p.relkind = 'p'
    JOIN pg_catalog.pg_trigger AS above ON above.tgrelid = p.oid AND above.tgname = t.tgname WHERE i.inhrelid = t.tgrelid)
  UNION ALL SELECT r.ev_class, 'RULE', r.rulename, r.ev_enabled FROM pg_catalog.pg_rewrite AS r WHERE r.ev_enabled <> 'D' AND r.ev_type <> '1'
  UNION ALL SELECT a.attrelid, 'IDENTITY', a.attname, a.attidentity FROM pg_catalog.pg_attribute AS a WHERE a.attidentity = 'a' AND a.attname = ANY ($2::pg_catalog.text[])
  UNION ALL SELECT c.oid, 'ROW SECURITY', '', 'O' FROM pg_catalog.pg_class AS c
  WHERE c.relforcerowsecurity AND pg_catalog.row_security_active(c.oid) AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
)
SELECT n.nspname AS schema, c.relname AS "table", f.kind, f.name, f.enabled FROM found AS f
JOIN tables AS b ON b.oid = f.oid JOIN pg_catalog.pg_class AS c ON c.oid = f.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace ORDER BY 1, 2, 3, 4`;

interface Switch {
  readonly kind: string;
  readonly off: string;
  readonly on: string;
}

function switchOf({ schema, table, kind, name, enabled }: Row): Switch {
  const alter = `ALTER TABLE ${quoteQualified(schema ?? '', table ?? '')}`;
  const own = quoteIdentifier(name ?? '');
  if (kind === 'IDENTITY') {
    const only = `${alter} ALTER COLUMN ${own} SET GENERATED`;
    return { kind, off: `${only} BY DEFAULT`, on: `${only} ALWAYS` };
  }
  if (kind === 'ROW SECURITY')
    return { kind, off: `${alter} NO FORCE ROW LEVEL SECURITY`, on: `${alter} FORCE ROW LEVEL SECURITY` };
  return {
    kind: kind ?? '',
    off: `${alter} DISABLE ${kind} ${own}`,
    on: `${alter} ${ENABLE[enabled ?? 'O'] ?? 'ENABLE'} ${kind} ${own}`,
  };
}

/** Fires what waits for the end of the transaction; constraints that are made to wait do so again. */
async function constraintsFired(session: Session, tables: readonly string[]): Promise<BatchItem[]> {
  const rows = await session.query(WAITING, [arrayOf(tables)]);
  const set = (how: string, all: readonly Row[]) => {
    const names = all.map(({ schema, name }) => quoteQualified(schema ?? '', name ?? ''));
    return names.length > 0 ? [{ sql: `SET CONSTRAINTS ${names.join(', ')} ${how}` }] : [];
  };
  const waiting = rows.filter(({ deferred }) => deferred === 't');
  return [...set('IMMEDIATE', rows), ...set('DEFERRED', waiting)];
}

const WAITING = `SELECT n.nspname AS schema, f.conname AS name, pg_catalog.bool_or(f.condeferred) AS deferred
FROM pg_catalog.unnest($1::pg_catalog.text[]) AS t JOIN pg_catalog.pg_constraint AS f
  ON f.condeferrable AND t::pg_catalog.regclass::pg_catalog.oid IN (f.conrelid, f.confrelid)
JOIN pg_catalog.pg_namespace AS n ON n.oid = f.connamespace GROUP BY 1, 2`;
