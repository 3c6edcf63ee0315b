import type { Row } from '../postgres/row.ts';
import { displayIdentifier } from '../sql/quote.ts';
import type { Control } from './control.ts';
import type { Finding } from './finding.ts';

/** What the role that works here may do, and for each thing that it may not the GRANT that mends it (manual, "Privileges"). */
export async function privileges(control: Control): Promise<Finding[]> {
  const { session, names } = control;
  const batch = await session.batch([
    [
      { sql: SCHEMA, params: [names.schema], rows: true },
      { sql: TABLES, params: [names.schema], rows: true },
      { sql: FUNCTIONS, params: [names.schema], rows: true },
      { sql: ROLES, rows: true },
    ],
  ]);
  const [schema, tables, functions, roles] = batch.results[0]?.map((result) => result.rows) ?? [];
  return [
    onTracking(control, schema?.[0] ?? {}, tables ?? [], functions ?? []),
    onDatabase(control, schema?.[0] ?? {}),
    onSessions(control, roles?.[0] ?? {}),
    onCancelling(control, roles?.[0] ?? {}),
  ];
}

const SCHEMA = `SELECT n.oid IS NOT NULL AS there, coalesce(pg_catalog.has_schema_privilege(n.oid, 'USAGE'), false) AS usage,
  coalesce(pg_catalog.has_schema_privilege(n.oid, 'CREATE'), false) AS may_create,
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS may_create_schema
FROM (SELECT) AS one LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = $1`;

/** The trail is only read and appended to; the lease is one row that is there. Insert into an identity column needs nothing on its sequence. */
const TABLES = `SELECT c.relname AS name, pg_catalog.string_agg(w.privilege, ', ' ORDER BY w.position) AS missing
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace,
  ROWS FROM (pg_catalog.unnest(CASE c.relname WHEN 'schema_migration_events' THEN '{SELECT,INSERT}'::text[]
    WHEN 'schema_migration_runner' THEN '{SELECT,UPDATE}'::text[]
    WHEN 'schema_data_ranges' THEN '{SELECT,INSERT,UPDATE,DELETE}'::text[] WHEN 'schema_data_batches' THEN '{SELECT,INSERT,DELETE}'::text[]
    ELSE '{SELECT,INSERT,UPDATE}'::text[] END)) WITH ORDINALITY AS w(privilege, position)
WHERE n.nspname = $1 AND c.relkind = 'r' AND c.relname ~ '^(schema_migration(s|_events|_settings|_runner)|schema_data_(migrations|ranges|batches))$'
  AND NOT pg_catalog.has_table_privilege(c.oid, w.privilege)
GROUP BY c.relname ORDER BY c.relname`;

/** The trigger calls it as whoever inserts; PUBLIC may, unless that was revoked. */
const FUNCTIONS = `SELECT p.oid::pg_catalog.regprocedure::text AS name
FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = $1 AND p.proname ~ '^schema_migration_' AND p.prorettype <> 'trigger'::pg_catalog.regtype
  AND NOT pg_catalog.has_function_privilege(p.oid, 'EXECUTE') ORDER BY 1`;

const ROLES = `SELECT pg_catalog.bool_or(rolname = 'pg_read_all_stats' AND pg_catalog.pg_has_role(oid, 'USAGE')) AS stats,
  pg_catalog.bool_or(rolname = 'pg_signal_backend' AND pg_catalog.pg_has_role(oid, 'USAGE')) AS signal,
  pg_catalog.bool_or(rolname = 'pg_signal_autovacuum_worker') AS autovacuum_role,
  pg_catalog.bool_or((rolname = 'pg_signal_autovacuum_worker' OR rolname = current_user AND rolsuper)
    AND pg_catalog.pg_has_role(oid, 'USAGE')) AS autovacuum
FROM pg_catalog.pg_roles`;

function onTracking(control: Control, schema: Row, tables: readonly Row[], functions: readonly Row[]): Finding {
  const { names, ledger } = control;
  const name = `privileges on the tracking tables in ${displayIdentifier(names.schema)}`;
  if (schema.there !== 't') return onMissingSchema(control, name, schema);
  const grants = [
    ...schemaGrants(control, schema, (ledger.layout ?? 0) === 0),
    ...tables.map(({ name: table, missing }) =>
      grant(control, missing ?? '', `${displayIdentifier(names.schema)}.${table}`),
    ),
    ...functions.map((one) => grant(control, 'EXECUTE', `FUNCTION ${one.name}`)),
  ];
  if (grants.length === 0) return { name, level: 'ok', found: 'all that is needed' };
  const found = `${displayIdentifier(control.role)} lacks ${grants.length === 1 ? 'a privilege' : 'privileges'} to record migrations`;
  return { name, level: 'wrong', found, advice: `Their owner or an administrator runs: ${grants.join(' ')}` };
}

function onMissingSchema(control: Control, name: string, schema: Row): Finding {
  if (schema.may_create_schema === 't')
    return { name, level: 'ok', found: 'the schema is not there yet; may be created' };
  const database = `DATABASE ${displayIdentifier(control.server.database)}`;
  const found = 'the schema is not there, and may not be created';
  return { name, level: 'wrong', found, advice: `An administrator runs: ${grant(control, 'CREATE', database)}` };
}

/** Tables that are there need no CREATE; what is to be made does. */
function schemaGrants(control: Control, { usage, may_create }: Row, makes: boolean): string[] {
  const missing = [...(makes && may_create !== 't' ? ['CREATE'] : []), ...(usage === 't' ? [] : ['USAGE'])];
  const schema = `SCHEMA ${displayIdentifier(control.names.schema)}`;
  return missing.length > 0 ? [grant(control, missing.join(', '), schema)] : [];
}

/** Only a migration that makes a schema or a trusted extension needs it. */
function onDatabase(control: Control, { may_create_schema }: Row): Finding {
  const database = displayIdentifier(control.server.database);
  const name = `privileges on the database ${database}`;
  if (may_create_schema === 't') return { name, level: 'ok', found: 'may create schemas and trusted extensions' };
  const advice = `Where a migration does: ${grant(control, 'CREATE', `DATABASE ${database}`)}`;
  return { name, level: 'note', found: 'may not create schemas or extensions', advice };
}

function onSessions(control: Control, { stats }: Row): Finding {
  const name = 'seeing who blocks';
  if (stats === 't') return { name, level: 'ok', found: 'may see the queries of every session' };
  const found = 'may see that a session of another role blocks, not its query and state';
  return { name, level: 'note', found, advice: `An administrator runs: ${membership(control, 'pg_read_all_stats')}` };
}

/** For --cancel-blockers alone; autovacuum workers want a role of their own (PostgreSQL 18) or a superuser. */
function onCancelling(control: Control, { signal, autovacuum, autovacuum_role }: Row): Finding {
  const name = 'cancelling who blocks';
  const lacks = [
    ...(signal === 't' ? [] : ['pg_signal_backend']),
    ...(autovacuum === 't' || autovacuum_role !== 't' ? [] : ['pg_signal_autovacuum_worker']),
  ];
  const superuser = autovacuum === 't' || autovacuum_role === 't' ? '' : '; autovacuum only as a superuser';
  if (lacks.length === 0) return { name, level: 'ok', found: `may cancel other sessions${superuser}` };
  const grants = lacks.map((role) => membership(control, role)).join(' ');
  const found = `may cancel sessions of its own roles only${superuser}`;
  return { name, level: 'note', found, advice: `Needed for --cancel-blockers alone: ${grants}` };
}

function grant(control: Control, what: string, on: string): string {
  return `GRANT ${what} ON ${on} TO ${displayIdentifier(control.role)};`;
}

function membership(control: Control, role: string): string {
  return `GRANT ${role} TO ${displayIdentifier(control.role)};`;
}
