import { readFolders } from '../files/folders.ts';
import { LAYOUT_NEWEST } from '../ledger/names.ts';
import { SERVER_MAJOR_SUPPORTED } from '../postgres/server-info.ts';
import { Problem } from '../problem/problem.ts';
import { displayIdentifier } from '../sql/quote.ts';
import { type Control, withControl } from './control.ts';
import type { Engine } from './engine.ts';
import type { Finding } from './finding.ts';
import { privileges } from './privileges.ts';

/** Looks at folders, connection, server, permissions and tracking tables; changes nothing. */
export async function doctor(engine: Engine): Promise<Finding[]> {
  const findings = [migrationFiles(engine)];
  try {
    await withControl(engine, async (control) => {
      for (const check of CHECKS) findings.push(...[await check(control, engine)].flat());
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    findings.push(refusal(error));
  }
  return findings;
}

/** Nothing more can be looked at: not connected, or the tracking tables may not be read. */
function refusal(error: Problem): Finding {
  const { server, next } = error.fields;
  const found = server === undefined ? error.message : `${error.message}: ${server.message}`;
  const name = error.code === 'permission-denied' ? 'privileges' : 'connection';
  return { name, level: 'wrong', found, ...(next?.[0] ? { advice: next[0] } : {}) };
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

type Check = (control: Control, engine: Engine) => Promise<Finding | Finding[]>;

const CHECKS: readonly Check[] = [
  serverVersion,
  writable,
  encoding,
  trackingTables,
  privileges,
  runners,
  deathWatch,
  sightOfOthers,
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

async function trackingTables({ ledger }: Control): Promise<Finding> {
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
  return { name, level: 'ok', found: `layout ${ledger.layout}, ${ledger.entries.length} rows` };
}

async function runners({ runner }: Control): Promise<Finding> {
  if (!runner) return { name: 'other runs', level: 'ok', found: 'none' };
  return {
    name: 'other runs',
    level: 'note',
    found: `${runner.user} on ${runner.host}, since ${runner.since} (server process ${runner.worker?.pid ?? runner.pid})`,
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

/** What other users' sessions do is shown to members of pg_read_all_stats (manual, "Predefined Roles"). */
async function sightOfOthers({ session, role }: Control): Promise<Finding> {
  const name = "sight of others' sessions";
  const [row] = await session.query("SELECT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS may");
  if (row?.may === 't') return { name, level: 'ok', found: 'yes' };
  return {
    name,
    level: 'note',
    found: 'who blocks a migration is named, not what it does',
    advice: `An administrator runs: GRANT pg_read_all_stats TO ${displayIdentifier(role)};`,
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
    'SELECT indexrelid::pg_catalog.regclass::text AS name FROM pg_catalog.pg_index WHERE NOT indisvalid ORDER BY 1 LIMIT 20',
  );
  if (rows.length === 0) return { name, level: 'ok', found: 'none' };
  return {
    name,
    level: 'note',
    found: rows.map((row) => row.name).join(', '),
    advice: 'Left by an interrupted CREATE INDEX CONCURRENTLY: REINDEX INDEX CONCURRENTLY, or drop them.',
  };
}
