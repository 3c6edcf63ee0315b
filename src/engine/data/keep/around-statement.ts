import {
  forgetNotThere,
  forgetThere,
  forgetUnmoved,
  intoStore,
  noteWayBack,
  takeIntoStage,
} from '../../../backup/batch-store-sql.ts';
import { noteAfter } from '../../../backup/kept-sql.ts';
import type { Predicate } from '../../../batch/predicate.ts';
import type { Statement } from '../../../migration/migration.ts';
import { fillMarkers } from '../../../migration/placeholder.ts';
import type { BatchItem, ItemResult } from '../../../postgres/pipeline.ts';
import { OWN_ROLE } from '../../../postgres/session-settings.ts';
import { OWN_PATH } from '../../keep/own-path.ts';
import type { BatchKeeping, BatchPart } from './batch-keeping.ts';

/** What is run before and behind a statement of a batch, in the same round trip. */
export interface AroundStatement {
  readonly before: readonly BatchItem[];
  readonly after: readonly BatchItem[];
  /**
   * How many rows more the statement has changed than were kept, by the answers to all of it: somebody has added them between the
   * look at its rows and the statement itself. The batch is then to be given up.
   */
  readonly missed: (before: readonly ItemResult[], tag: string, after: readonly ItemResult[]) => number;
}

/** Undefined where the statement changes nothing that is kept. */
export function aroundStatement(
  { parts: all, changesRole }: BatchKeeping,
  statement: Statement,
  predicate: Predicate,
): AroundStatement | undefined {
  const parts = all.get(statement) ?? [];
  if (parts.length === 0) return undefined;
  const takes = parts.map((part) => takeItem(part, statement, predicate));
  const settled = parts.map((part) => settleItems(part));
  const own = ownSettings(parts, changesRole);
  const ofFile = takes.filter((_, i) => parts[i]!.taking.ofFile);
  const along = takes.filter((_, i) => !parts[i]!.taking.ofFile);
  const isPlain = along.length === 0 && !changesRole;
  const before = isPlain
    ? ofFile
    : [SAVE, ...own.role, ...ofFile, ...(along.length > 0 ? [OWN_PATH] : []), ...along, own.leave];
  const after = [SAVE, ...own.role, ...own.settings, ...settled.flat(), own.leave];
  return { before, after, missed };

  function missed(taken: readonly ItemResult[], tag: string, behind: readonly ItemResult[]): number {
    const at = parts.findIndex(({ taking }) => taking.byTag);
    const touched = Number(/^(?:DELETE|UPDATE) (\d+)$/.exec(tag)?.[1] ?? 0);
    if (at < 0) return 0;
    const rows = rowsOf(taken[before.indexOf(takes[at]!)]);
    const forgotten = settled[at]!.filter(({ sql }) => sql.startsWith('DELETE'));
    const left = forgotten.reduce((sum, item) => sum - rowsOf(behind[after.indexOf(item)]), rows);
    return Math.max(0, touched - left);
  }
}

/** `SELECT 12`, `DELETE 12`: 12. */
function rowsOf(result: ItemResult | undefined): number {
  return Number(/ (\d+)$/.exec(result?.tag ?? '')?.[1] ?? 0);
}

function takeItem({ taking, stage }: BatchPart, { batch = [] }: Statement, { text, params }: Predicate): BatchItem {
  const from = fillMarkers(taking.from, batch, ({ qualifier }) => text(qualifier));
  const sql = takeIntoStage(stage, from, taking.distinct);
  return from === taking.from ? { sql } : { sql, params };
}

/** What the statement has not touched is forgotten; the rest goes where it belongs. */
function settleItems({ stage, store, use }: BatchPart): BatchItem[] {
  const { kind, key } = stage;
  const forget = [
    ...(kind === 'deleted' && key.length > 0 ? [forgetThere(stage)] : []),
    ...(kind === 'updated' ? [forgetNotThere(stage)] : []),
  ];
  const sqls = [
    forgetUnmoved(stage),
    ...forget,
    ...(kind === 'updated' ? [noteAfter(stage)] : []),
    ...(use === 'keep' ? [intoStore(stage, store)] : noteWayBack(stage, store)),
  ];
  return sqls.map((sql) => ({ sql }));
}

const SAVED = ['search_path', 'enable_hashjoin', 'enable_mergejoin', 'role', 'session_authorization'] as const;

function savedAs(name: (typeof SAVED)[number]): string {
  return `taskflow.saved_${name}`;
}

/** As the file has set it. */
const SAVE: BatchItem = {
  name: 'taskflow_keep_save',
  sql: `SELECT ${SAVED.map((name) => `pg_catalog.set_config('${savedAs(name)}', pg_catalog.current_setting('${name}'), true)`).join(', ')}`,
};

/**
 * Our own SQL runs under our own search_path, and as the role of the run. The planner does not know how small a stage is, and would rather read all of a large table than look for each
 * row by its key.
 */
function ownSettings(parts: readonly BatchPart[], changesRole: boolean) {
  const byKey = parts.every(({ stage }) => stage.key.length > 0 && stage.key.every(({ asText }) => !asText));
  const joins = ['enable_hashjoin', 'enable_mergejoin'] as const;
  const role: BatchItem[] = changesRole
    ? [
        { sql: 'SET LOCAL SESSION AUTHORIZATION DEFAULT' },
        {
          sql: `SELECT pg_catalog.set_config('role', coalesce(nullif(pg_catalog.current_setting('${OWN_ROLE}', true), ''), 'none'), true)`,
        },
      ]
    : [];
  const settings: BatchItem[] = [
    OWN_PATH,
    ...(byKey
      ? [{ sql: `SELECT ${joins.map((name) => `pg_catalog.set_config('${name}', 'off', true)`).join(', ')}` }]
      : []),
  ];
  const back = [...(changesRole ? (['session_authorization', 'role'] as const) : []), 'search_path' as const, ...joins];
  const leave: BatchItem = {
    sql: `SELECT ${back.map((name) => `pg_catalog.set_config('${name}', pg_catalog.current_setting('${savedAs(name)}'), true)`).join(', ')}`,
  };
  return { role, settings, leave };
}
