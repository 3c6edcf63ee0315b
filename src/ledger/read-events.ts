import type { BatchItem } from '../postgres/pipeline.ts';
import { setLocal } from '../postgres/session-settings.ts';
import { LAYOUT_1 } from './layout/version1.ts';
import type { LedgerNames } from './names.ts';

/**
 * Opens one snapshot in which the whole trail is read. Everything that decides how values are written is set for the
 * transaction, row_security makes a policy that would hide rows an error, and ONLY leaves out what a child table would add.
 */
export function openTrail(names: LedgerNames, role: string | undefined): BatchItem[] {
  return [
    { sql: 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY' },
    ...(role === undefined ? [] : [setLocal('role', role)]),
    setLocal('search_path', 'pg_catalog, pg_temp'),
    setLocal('TimeZone', 'UTC'),
    setLocal('DateStyle', 'ISO, YMD'),
    setLocal('row_security', 'off'),
    setLocal('statement_timeout', '0'),
    setLocal('idle_in_transaction_session_timeout', '0'),
    {
      sql: `DECLARE taskflow_trail NO SCROLL CURSOR FOR SELECT seq, at, event, version, run_id, actor, host, tool_version,
  git_commit, detail, previous_hash, hash FROM ONLY ${names.events} ORDER BY seq`,
    },
  ];
}

/** The next rows; none at the end. As many as fit well into memory, whatever the length of the trail. */
export const NEXT_EVENTS: BatchItem = { sql: 'FETCH FORWARD 2000 FROM taskflow_trail', rows: true };

/** The trail's table: what keeps rows out of sight or out of the table is to be known. No row where there is no such table. */
export function trailTable(names: LedgerNames): BatchItem {
  return {
    sql: `SELECT c.relkind, c.relpersistence, c.relrowsecurity AS row_security,
  EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhparent = c.oid) AS children,
  EXISTS (SELECT FROM pg_catalog.pg_rewrite WHERE ev_class = c.oid) AS rules
FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass($1)::pg_catalog.oid`,
    params: [names.events],
    rows: true,
  };
}

/** Every trigger of the trail's table, with the function that it calls. */
export function trailTriggers(names: LedgerNames): BatchItem {
  return {
    sql: `SELECT t.tgname AS name, t.tgenabled AS enabled, t.tgtype AS type,
  t.tgqual IS NULL AND t.tgattr::text = '' AND t.tgnargs = 0 AS plain, ${FUNCTION_COLUMNS}
FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid ${FUNCTION_JOINS}
WHERE t.tgrelid = pg_catalog.to_regclass($1)::pg_catalog.oid AND NOT t.tgisinternal ORDER BY t.tgname`,
    params: [names.events, names.schema],
    rows: true,
  };
}

/** The function that computes a row's hash, and whatever else bears its name. */
export function hashFunctions(names: LedgerNames): BatchItem {
  return {
    sql: `SELECT ${FUNCTION_COLUMNS} FROM pg_catalog.pg_proc AS p ${FUNCTION_JOINS}
WHERE n.nspname = $2 AND p.proname = 'schema_migration_event_hash' AND $1::text IS NOT NULL`,
    params: [names.events, names.schema],
    rows: true,
  };
}

const FUNCTION_COLUMNS = `n.nspname = $2 AS in_schema, p.proname AS function, l.lanname AS language, p.prosrc AS source,
  p.prosecdef AS security_definer, coalesce(p.proconfig::text, '') = coalesce(
    (ARRAY['search_path=' || pg_catalog.quote_ident($2) || ', pg_temp'])::text, '') AS own_path`;
const FUNCTION_JOINS = `JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
  JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang`;

/** A trigger that guards the trail. `type`: pg_trigger.tgtype (src/include/catalog/pg_trigger.h: row 1, before 2, insert 4, delete 8, update 16, truncate 32). */
export interface GuardTrigger {
  readonly name: string;
  readonly function: string;
  readonly type: number;
  readonly refuses: string;
}

export const GUARD_TRIGGERS: readonly GuardTrigger[] = [
  {
    name: 'schema_migration_events_chain',
    function: 'schema_migration_events_chain',
    type: 1 + 2 + 4,
    refuses: 'chains each new row',
  },
  {
    name: 'schema_migration_events_no_change',
    function: 'schema_migration_events_append_only',
    type: 1 + 2 + 8 + 16,
    refuses: 'refuses UPDATE and DELETE',
  },
  {
    name: 'schema_migration_events_no_truncate',
    function: 'schema_migration_events_append_only',
    type: 2 + 32,
    refuses: 'refuses TRUNCATE',
  },
];

/** The bodies that a function of the trail may have: those that the layouts give it. */
export function expectedSources(name: string): string[] {
  const found = [
    ...LAYOUT_1.matchAll(/CREATE (?:OR REPLACE )?FUNCTION (\w+)\([\s\S]*?AS \$function\$([\s\S]*?)\$function\$/g),
  ];
  return found.filter(([, of]) => of === name).map(([, , body]) => body ?? '');
}
