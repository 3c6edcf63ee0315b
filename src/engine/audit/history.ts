import { readFolders } from '../../files/folders.ts';
import { reconcile } from '../../plan/reconcile.ts';
import { resolveVersion } from '../../plan/resolve-version.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';

export interface HistoryEvent {
  readonly seq: number;
  readonly at: string;
  readonly event: string;
  readonly version: string | null;
  readonly runId: string | null;
  readonly actor: string;
  readonly host: string | null;
  readonly toolVersion: string | null;
  readonly gitCommit: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly hash: string;
}

export interface HistoryOptions {
  readonly version?: string | undefined;
  /** Only the last so many. */
  readonly limit?: number | undefined;
}

/** The audit trail, oldest first. Empty where there is none yet. */
export function history(
  engine: Engine,
  options: HistoryOptions,
): Promise<{ database: string; events: HistoryEvent[] }> {
  return withControl(engine, async (control) => {
    const { database } = control.server;
    if ((control.ledger.layout ?? 0) === 0) return { database, events: [] };
    const version =
      options.version === undefined ? null : wantedVersion(engine, control.ledger.entries, options.version);
    const rows = await control.session.query(
      `SELECT * FROM (
  SELECT seq, pg_catalog.to_json(at) #>> '{}' AS at, event, version, run_id, actor, host, tool_version, git_commit, detail, hash
  FROM ${control.names.events} WHERE $1::text IS NULL OR version = $1 ORDER BY seq DESC LIMIT $2::bigint
) AS newest ORDER BY seq`,
      [version, options.limit === undefined ? null : String(options.limit)],
    );
    return { database, events: rows.map(eventOf) };
  });
}

function wantedVersion(engine: Engine, entries: Parameters<typeof reconcile>[1], text: string): string {
  return resolveVersion(reconcile(readFolders(engine.settings.directories, engine.cwd).files, entries), text);
}

function eventOf(row: Readonly<Record<string, string | null>>): HistoryEvent {
  return {
    seq: Number(row.seq),
    at: (row.at ?? '').replace(/\+00:00$/, 'Z'),
    event: row.event ?? '',
    version: row.version ?? null,
    runId: row.run_id ?? null,
    actor: row.actor ?? '',
    host: row.host ?? null,
    toolVersion: row.tool_version ?? null,
    gitCommit: row.git_commit ?? null,
    detail: JSON.parse(row.detail ?? '{}') as Record<string, unknown>,
    hash: row.hash ?? '',
  };
}
