import { readFolders } from '../../files/folders.ts';
import { reconcile } from '../../plan/reconcile.ts';
import { resolveVersion } from '../../plan/resolve-version.ts';
import { type Control, withControl } from '../control.ts';
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
  /** Only those before this position. */
  readonly before?: number | undefined;
  /** Only of this kind. */
  readonly event?: string | undefined;
  /** Only those whose texts hold this, whatever its case. */
  readonly text?: string | undefined;
}

/** The audit trail, oldest first. Empty where there is none yet. */
export function history(
  engine: Engine,
  options: HistoryOptions,
): Promise<{ database: string; events: HistoryEvent[] }> {
  return withControl(engine, async (control) => {
    const { version } = options;
    const wanted = version === undefined ? undefined : wantedVersion(engine, control.ledger.entries, version);
    return {
      database: control.server.database,
      events: await eventsOf(control, { ...options, version: wanted }),
    };
  });
}

/** Of the audit trail, for `eventOf`. */
export const EVENT_COLUMNS =
  "seq, pg_catalog.to_json(at) #>> '{}' AS at, event, version, run_id, actor, host, tool_version, git_commit, detail, hash";

/** The same for whoever has a control session; `version` in full. */
export async function eventsOf(control: Control, options: HistoryOptions): Promise<HistoryEvent[]> {
  if ((control.ledger.layout ?? 0) === 0) return [];
  const { version, event, text, before, limit } = options;
  const rows = await control.session.query(
    `SELECT * FROM (
  SELECT ${EVENT_COLUMNS}
  FROM ${control.names.events} WHERE ($1::text IS NULL OR version = $1) AND ($2::text IS NULL OR event = $2)
    AND ($3::bigint IS NULL OR seq < $3) AND ($4::text IS NULL OR pg_catalog.strpos(pg_catalog.lower(
      pg_catalog.concat_ws(' ', event, version, run_id, actor, host, git_commit, detail)), pg_catalog.lower($4)) > 0)
  ORDER BY seq DESC LIMIT $5::bigint
) AS newest ORDER BY seq`,
    [version ?? null, event ?? null, textOf(before), text ?? null, textOf(limit)],
  );
  return rows.map(eventOf);
}

function textOf(value: number | undefined): string | null {
  return value === undefined ? null : String(value);
}

function wantedVersion(engine: Engine, entries: Parameters<typeof reconcile>[1], text: string): string {
  return resolveVersion(reconcile(readFolders(engine.settings.directories, engine.cwd).files, entries), text);
}

export function eventOf(row: Readonly<Record<string, string | null>>): HistoryEvent {
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
