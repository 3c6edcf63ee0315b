import { readFolders } from '../files/folders.ts';
import { LAYOUT_NEWEST } from '../ledger/names.ts';
import { SERVER_MAJOR_SUPPORTED } from '../postgres/server-info.ts';
import { Problem } from '../problem/problem.ts';
import { type Control, withControl } from './control.ts';
import type { Engine } from './engine.ts';

/** One thing that was looked at. `advice` says what to do where it is not well. */
export interface Finding {
  readonly name: string;
  readonly level: 'ok' | 'note' | 'wrong';
  readonly found: string;
  readonly advice?: string;
}

/** Looks at folders, connection, server, permissions and tracking tables; changes nothing. */
export async function doctor(engine: Engine): Promise<Finding[]> {
  const findings = [migrationFiles(engine)];
  try {
    await withControl(engine, async (control) => {
      for (const check of CHECKS) findings.push(await check(control, engine));
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const advice = error.fields.next?.[0];
    findings.push({ name: 'connection', level: 'wrong', found: error.message, ...(advice ? { advice } : {}) });
  }
  return findings;
}

function migrationFiles(engine: Engine): Finding {
  const name = 'migration files';
  try {
    const { files, complaints } = readFolders(engine.settings.directories, engine.cwd);
    const faults = [...complaints, ...files.flatMap(faultOf)];
    const [first] = faults;
    if (!first) return { name, level: 'ok', found: `${files.length} files, all readable` };
    return {
      name,
      level: 'wrong',
      found: `${faults.length} with faults, e.g. ${first.message}`,
      advice: 'See them all: taskflow-db status',
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return {
      name,
      level: 'wrong',
      found: error.message,
      ...(error.fields.next?.[0] ? { advice: error.fields.next[0] } : {}),
    };
  }
}

function faultOf(file: { load(): unknown }): Problem[] {
  try {
    file.load();
    return [];
  } catch (error) {
    if (error instanceof Problem) return [error];
    throw error;
  }
}

type Check = (control: Control, engine: Engine) => Promise<Finding>;

const CHECKS: readonly Check[] = [
  serverVersion,
  writable,
  encoding,
  schemaPrivileges,
  trackingTables,
  runners,
  deathWatch,
  transactionsLeftOpen,
  preparedTransactions,
  invalidIndexes,
];

async function serverVersion({ server }: Control): Promise<Finding> {
  const major = Math.floor(server.versionNum / 10_000);
  const found = `PostgreSQL ${server.version}, database ${server.database}, user ${server.user}`;
  if (major >= SERVER_MAJOR_SUPPORTED) return { name: 'server', level: 'ok', found };
  return {
    name: 'server',
    level: 'note',
    found,
    advice: `PostgreSQL ${major} gets no fixes any more; plan the upgrade.`,
  };
}

async function writable({ server }: Control): Promise<Finding> {
  const name = 'writable';
  if (server.inRecovery)
    return {
      name,
      level: 'wrong',
      found: 'this is a standby',
      advice: 'Connect to the primary, e.g. with target_session_attrs=read-write.',
    };
  if (server.readOnly)
    return {
      name,
      level: 'wrong',
      found: 'transactions are read-only by default',
      advice: 'Switch default_transaction_read_only off for this role or database.',
    };
  return { name, level: 'ok', found: 'yes' };
}

async function encoding({ session }: Control): Promise<Finding> {
  const [row] = await session.query("SELECT pg_catalog.current_setting('server_encoding') AS encoding");
  const found = row?.encoding ?? '';
  if (found === 'UTF8') return { name: 'encoding', level: 'ok', found };
  return {
    name: 'encoding',
    level: 'note',
    found,
    advice: 'Characters that this encoding lacks cannot be stored; UTF8 holds all.',
  };
}

async function schemaPrivileges({ session, names, server }: Control): Promise<Finding> {
  const name = `privileges in schema ${names.schema}`;
  const [row] = await session.query(
    `SELECT n.oid IS NOT NULL AS there, coalesce(pg_catalog.has_schema_privilege(n.oid, 'CREATE'), false) AS may_create,
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS may_create_schema
FROM (SELECT 1) AS one LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = $1`,
    [names.schema],
  );
  if (row?.there === 't' && row.may_create === 't') return { name, level: 'ok', found: 'may create tables' };
  if (row?.there !== 't' && row?.may_create_schema === 't')
    return { name, level: 'ok', found: 'not there yet; may be created' };
  const grant =
    row?.there === 't'
      ? `GRANT CREATE, USAGE ON SCHEMA "${names.schema}" TO "${server.user}";`
      : `CREATE SCHEMA "${names.schema}" AUTHORIZATION "${server.user}";`;
  return { name, level: 'wrong', found: 'may not create tables', advice: `An administrator runs: ${grant}` };
}

async function trackingTables({ ledger, session, names, server }: Control): Promise<Finding> {
  const name = 'tracking tables';
  if (ledger.layout === undefined)
    return { name, level: 'note', found: 'none yet', advice: 'taskflow-db init makes them.' };
  if (ledger.layout < LAYOUT_NEWEST)
    return {
      name,
      level: 'note',
      found: `layout ${ledger.layout}`,
      advice: 'taskflow-db init upgrades them, losing no row.',
    };
  const [row] = await session.query(
    `SELECT pg_catalog.has_table_privilege($1, 'INSERT') AND pg_catalog.has_table_privilege($1, 'UPDATE')
  AND pg_catalog.has_table_privilege($2, 'INSERT') AS may_write`,
    [names.migrations, names.events],
  );
  const found = `layout ${ledger.layout}, ${ledger.entries.length} rows`;
  if (row?.may_write === 't') return { name, level: 'ok', found };
  const advice = `Their owner runs: GRANT SELECT, INSERT, UPDATE ON ${names.migrations}, ${names.settings} TO "${server.user}"; GRANT SELECT, INSERT ON ${names.events} TO "${server.user}";`;
  return { name, level: 'wrong', found: `${found}; this role may not write them`, advice };
}

async function runners({ runner }: Control): Promise<Finding> {
  if (!runner) return { name: 'other runs', level: 'ok', found: 'none' };
  return {
    name: 'other runs',
    level: 'note',
    found: `${runner.user} on ${runner.host}, since ${runner.since} (pid ${runner.worker?.pid ?? runner.pid})`,
    advice: 'migrate would wait for it.',
  };
}

async function deathWatch({ server }: Control): Promise<Finding> {
  const name = 'client death';
  if (server.versionNum >= 140_000) return { name, level: 'ok', found: 'noticed within a second' };
  return {
    name,
    level: 'note',
    found: 'not noticed while a statement runs (before PostgreSQL 14)',
    advice: 'After a kill, the statement goes on to its end in the server.',
  };
}

async function transactionsLeftOpen({ session }: Control): Promise<Finding> {
  const name = 'long transactions';
  const [row] = await session.query(`SELECT count(*) AS amount, min(pid) AS pid,
  max(extract(epoch FROM pg_catalog.now() - xact_start))::integer AS seconds
FROM pg_catalog.pg_stat_activity WHERE xact_start < pg_catalog.now() - interval '1 minute' AND pid <> pg_catalog.pg_backend_pid()
  AND datname = pg_catalog.current_database()`);
  if (Number(row?.amount ?? 0) === 0) return { name, level: 'ok', found: 'none over a minute' };
  return {
    name,
    level: 'note',
    found: `${row?.amount}, the oldest ${row?.seconds} s, e.g. pid ${row?.pid}`,
    advice: 'DDL on the tables they use will wait or give up.',
  };
}

async function preparedTransactions({ session }: Control): Promise<Finding> {
  const name = 'prepared transactions';
  const rows = await session.query(
    'SELECT gid FROM pg_catalog.pg_prepared_xacts WHERE database = pg_catalog.current_database()',
  );
  if (rows.length === 0) return { name, level: 'ok', found: 'none' };
  return {
    name,
    level: 'note',
    found: rows.map((row) => row.gid).join(', '),
    advice: 'They hold their locks until COMMIT PREPARED or ROLLBACK PREPARED.',
  };
}

async function invalidIndexes({ session }: Control): Promise<Finding> {
  const name = 'invalid indexes';
  const rows = await session.query(
    'SELECT indexrelid::regclass::text AS name FROM pg_catalog.pg_index WHERE NOT indisvalid ORDER BY 1 LIMIT 20',
  );
  if (rows.length === 0) return { name, level: 'ok', found: 'none' };
  return {
    name,
    level: 'note',
    found: rows.map((row) => row.name).join(', '),
    advice: 'Left by an interrupted CREATE INDEX CONCURRENTLY: REINDEX INDEX CONCURRENTLY, or drop them.',
  };
}
