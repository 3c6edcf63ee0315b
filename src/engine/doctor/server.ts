import { SERVER_MAJOR_SUPPORTED } from '../../postgres/server-info.ts';
import type { Control } from '../control.ts';
import type { Finding } from '../finding.ts';

export async function serverVersion({ server }: Control): Promise<Finding> {
  const major = Math.floor(server.versionNum / 10_000);
  const found = `PostgreSQL ${server.version}, database ${server.database}, user ${server.user}`;
  if (major >= SERVER_MAJOR_SUPPORTED) return { name: 'server', level: 'ok', found };
  const advice = `PostgreSQL ${major} gets no fixes any more; plan the upgrade.`;
  return { name: 'server', level: 'note', found, advice };
}

export async function writable({ server }: Control): Promise<Finding> {
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

export async function encoding({ session }: Control): Promise<Finding> {
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

export async function deathWatch({ server }: Control): Promise<Finding> {
  const name = 'client death';
  if (server.versionNum >= 140_000) return { name, level: 'ok', found: 'noticed within a second' };
  return {
    name,
    level: 'note',
    found: 'not noticed while a statement runs (before PostgreSQL 14)',
    advice: 'After a kill, the statement goes on to its end in the server.',
  };
}
