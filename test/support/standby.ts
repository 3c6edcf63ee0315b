/**
 * A read-only standby of a test server by streaming replication. Its data are a copy that is taken while the primary is shut
 * down for a moment, which works with every installation: the embedded packages have no pg_basebackup.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runFolder } from './run-folder.ts';
import { type OwnServer, startOwn, uniqueName } from './servers.ts';

export interface Standby extends OwnServer {
  /** Resolves when what the primary has written by now can be read here. */
  caughtUp(): Promise<void>;
  /** Makes it a server of its own, which can be written to. */
  promote(): Promise<void>;
}

const CAUGHT_UP_MS_MAX = 60_000;

/** Restarts the primary; the handle that is returned for it replaces the one that was handed in. */
export async function startStandby(primary: OwnServer): Promise<{ primary: OwnServer; standby: Standby }> {
  const folder = join(await runFolder(), uniqueName('standby'));
  await primary.shutDown();
  copyFolder(dirname(primary.dataDirectory), folder);
  const data = join(folder, 'data');
  writeFileSync(join(data, 'standby.signal'), '');
  const primaryConnection = `host=127.0.0.1 port=${primary.port} user=postgres`;
  appendFileSync(join(data, 'postgresql.conf'), `\nprimary_conninfo = '${primaryConnection}'\n`);
  const [again, started] = [await primary.restart(), await startOwn(primary.engine, folder)];
  return { primary: again, standby: { ...started, ...standbyOf(again, started) } };
}

/** With owners and links; Node's own copying loses the former. */
function copyFolder(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-a', from, to]);
  if (status !== 0) throw new Error(`cannot copy ${from}: ${stderr}`);
}

function standbyOf(primary: OwnServer, standby: OwnServer): Pick<Standby, 'caughtUp' | 'promote'> {
  return {
    caughtUp: async () => {
      const written = (await primary.sql('postgres', 'SELECT pg_current_wal_lsn()')).rows[0]?.[0];
      const isThere = `SELECT coalesce(pg_last_wal_replay_lsn() >= '${written}', false)`;
      for (const end = Date.now() + CAUGHT_UP_MS_MAX; Date.now() < end; await sleep(20))
        if ((await standby.sql('postgres', isThere)).rows[0]?.[0] === 't') return;
      throw new Error(`the standby did not reach ${written} within ${CAUGHT_UP_MS_MAX} ms`);
    },
    promote: async () => {
      await standby.sql('postgres', 'SELECT pg_promote(true)');
    },
  };
}
