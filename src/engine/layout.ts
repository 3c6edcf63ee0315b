import { LAYOUTS } from '../ledger/layout/layouts.ts';
import { CONVERT_NAIVE_TIMES } from '../ledger/layout/naive-times.ts';
import { onlyLayoutChangeItems, takeLeaseItem } from '../ledger/lease.ts';
import { LAYOUT_NEWEST } from '../ledger/names.ts';
import type { Ledger } from '../ledger/read.ts';
import { eventItem, settingItem } from '../ledger/write.ts';
import type { BatchItem } from '../postgres/pipeline.ts';
import { setLocal } from '../postgres/session-settings.ts';
import type { Problem } from '../problem/problem.ts';
import { displayIdentifier } from '../sql/quote.ts';
import { splitScript } from '../sql/splitter.ts';
import { type Control, controlPinItem, rereadLedger } from './control.ts';
import type { Engine } from './engine.ts';
import { databaseProblem, isDatabaseError } from './failure.ts';
import { hold, LayoutBusy } from './runner/runner-lock.ts';
import { TIMES_ZONE, timesToDo } from './settled.ts';

/**
 * Brings the tracking tables to their newest layout and their times to timestamptz where the zone is known, and puts that
 * on record, with `more` in the same transaction: all of it, or nothing. To be called under the lock.
 */
export async function writeLayout(
  engine: Engine,
  control: Control,
  held: Ledger,
  more: readonly BatchItem[],
): Promise<void> {
  const take = takeLeaseItem(control.names, engine.run, !control.server.pooled);
  const upgrades = held.layout !== LAYOUT_NEWEST;
  const items = [
    { sql: 'BEGIN' },
    controlPinItem(engine),
    ...(upgrades ? onlyLayoutChangeItems(control.names, held.layout) : control.fenceItems),
    ...layoutItems(engine, upgrades),
    { sql: CONVERT_NAIVE_TIMES },
    ...records(engine, control, held),
    ...more,
    ...(upgrades ? [take] : []),
    { sql: 'COMMIT' },
  ];
  try {
    const { results } = await control.session.batch([items]);
    const [taken] = results[0]?.[items.indexOf(take)]?.rows ?? [];
    if (taken) await hold(engine, control, taken);
  } catch (error) {
    throw await layoutProblem(control, held, error);
  }
  tell(engine, control, held);
}

/** For commands that only work on tables that are there: brings those of an earlier version to the newest layout. */
export async function upgradeLayout(engine: Engine, control: Control, held: Ledger): Promise<Ledger> {
  if (held.layout === LAYOUT_NEWEST) return held;
  await writeLayout(engine, control, held, []);
  return (await rereadLedger(control)).ledger;
}

/** The first statement of the oldest layout chooses the schema, also for what is not an upgrade. */
function layoutItems(engine: Engine, upgrades: boolean): BatchItem[] {
  const zone = engine.settings.legacyTimeZone ?? '';
  const scripts = LAYOUTS.flatMap((script) =>
    [...splitScript(script)]
      .filter((item) => item.kind === 'statement')
      .map((item) => ({ sql: script.slice(item.start, item.end) })),
  );
  return [setLocal('taskflow.legacy_time_zone', zone), ...(upgrades ? scripts : scripts.slice(0, 1))];
}

function records(engine: Engine, { names }: Control, held: Ledger): BatchItem[] {
  const zone = engine.settings.legacyTimeZone;
  const items: BatchItem[] = [];
  const record = (event: 'initialized' | 'layout_upgraded', detail: Record<string, unknown>) =>
    items.push(eventItem(names, engine.run, { event, version: null, detail: { layout: LAYOUT_NEWEST, ...detail } }));
  if (held.layout === undefined) record('initialized', { schema: names.schema });
  else if (held.layout < LAYOUT_NEWEST) record('layout_upgraded', { schema: names.schema, from: held.layout });
  const times = timesToDo(engine, held);
  if (times === 'convert') record('layout_upgraded', { schema: names.schema, from: held.layout, appliedAtZone: zone });
  if (times) items.push(settingItem(names, TIMES_ZONE, zone ?? 'unknown'));
  return items;
}

function tell(engine: Engine, { names }: Control, held: Ledger): void {
  const { emit, settings } = engine;
  if (held.layout !== LAYOUT_NEWEST) {
    emit({ kind: 'initialized', schema: names.schema, upgradedFrom: held.layout });
  }
  const column = `${names.schema}.schema_migrations.applied_at`;
  const times = timesToDo(engine, held);
  if (times === 'convert') {
    emit({
      kind: 'note',
      message: `${column} has a time zone now; its times were read as ${settings.legacyTimeZone}.`,
    });
  } else if (times === 'tell') {
    const way = 'configure legacyTimeZone, the zone that they were written in, to have them converted';
    emit({ kind: 'warning', message: `${column} holds times without a time zone, which are left as they are; ${way}` });
  }
}

/** Without the context: it would be the text of our own blocks. */
async function layoutProblem(control: Control, held: Ledger, error: unknown): Promise<Problem | LayoutBusy> {
  await control.session.query('ROLLBACK').catch(() => {});
  if (isDatabaseError(error) && error.message.includes('"busy: ')) return new LayoutBusy(error.message);
  const verb = held.layout === undefined ? 'create' : 'change';
  const problem = databaseProblem(error, `cannot ${verb} the tracking tables in schema ${control.names.schema}`);
  if (!isDatabaseError(error) || !problem.fields.server) return problem;
  const { context: _, ...server } = problem.fields.server;
  const next = error.code === '42501' ? await missingPrivilege(control) : wayOut(control, error.code);
  return problem.with({ server, state: 'Nothing was changed.', ...(next ? { next } : {}) });
}

/** What stands in the way in an older table or in the configuration (manual, Appendix A). */
function wayOut({ names }: Control, sqlstate: string | undefined): string[] | undefined {
  const table = `${displayIdentifier(names.schema)}.schema_migrations`;
  const query = (rest: string) => `SELECT * FROM ${table} WHERE ${rest};`;
  switch (sqlstate) {
    case '22023':
      return [
        'Correct legacyTimeZone in the configuration, to a name such as Europe/Berlin: SELECT name FROM pg_timezone_names;',
      ];
    case '23502':
      return [`Give these rows a version, or delete them: ${query('version IS NULL')}`];
    case '23505': {
      const doubles = `version IN (SELECT version FROM ${table} GROUP BY version HAVING count(*) > 1)`;
      return [`Keep one row of each version: ${query(doubles)}`];
    }
    default:
      return undefined;
  }
}

/** What an administrator or owner runs, so that the role that works here may do it. */
async function missingPrivilege({ server, names, session, role: owner }: Control): Promise<string[] | undefined> {
  const role = displayIdentifier(owner);
  const schema = displayIdentifier(names.schema);
  const [row] = await session.query(PRIVILEGES, [names.schema]);
  if (row?.schema_there !== 't') {
    const database = displayIdentifier(server.database);
    return [`Let this role create that schema: GRANT CREATE ON DATABASE ${database} TO ${role};`];
  }
  if (row.may_create !== 't')
    return [`Let this role create tables there: GRANT CREATE ON SCHEMA ${schema} TO ${role};`];
  if (!row.owner) return undefined;
  return [
    `Run it as ${displayIdentifier(row.owner)}, who owns ${schema}.schema_migrations ("role" in the configuration).`,
  ];
}

const PRIVILEGES = `SELECT n.oid IS NOT NULL AS schema_there, pg_catalog.has_schema_privilege(n.oid, 'CREATE') AS may_create,
  CASE WHEN NOT pg_catalog.pg_has_role(c.relowner, 'USAGE') THEN pg_catalog.pg_get_userbyid(c.relowner) END AS owner
FROM (SELECT 1) AS one LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = $1
LEFT JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = 'schema_migrations'`;
