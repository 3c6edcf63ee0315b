import { CONVERT_NAIVE_TIMES } from '../ledger/layout/naive-times.ts';
import { LAYOUT_1 } from '../ledger/layout/version1.ts';
import { LAYOUT_NEWEST } from '../ledger/names.ts';
import type { Ledger } from '../ledger/read.ts';
import { eventItem, settingItem } from '../ledger/write.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import type { BatchItem } from '../postgres/pipeline.ts';
import { Problem } from '../problem/problem.ts';
import { splitScript } from '../sql/splitter.ts';
import { adopt } from './adopt-existing.ts';
import { type Control, rereadLedger } from './control.ts';
import type { Engine } from './engine.ts';
import { databaseProblem } from './failure.ts';

export interface Tracking {
  readonly ledger: Ledger;
  /** Versions recorded as baseline by this call, because what they create was there. */
  readonly adopted: readonly string[];
}

/**
 * The ledger in its newest layout: as it is, upgraded, or new. What an installation had before tracking is adopted first,
 * before anything is planned. A database that has objects but no history is refused unless `mayAdopt`: nobody but its
 * owner knows what is applied there.
 */
export async function ensureTracking(
  engine: Engine,
  control: Control,
  held: Ledger,
  options: { files: readonly MigrationFile[]; mayAdopt: boolean },
): Promise<Tracking> {
  const untold = held.entries.length === 0 && !held.settings.has('adoption');
  const occupied = untold && (await hasObjects(control));
  if (occupied && !options.mayAdopt) throw unknownObjects(control);
  const first = untold || held.layout === 0;
  const created = first ? await createTracking(engine, control, held, occupied || held.layout === 0) : held;
  const ledger = await rememberProduction(engine, control, created);
  if (ledger.settings.get('adoption') !== 'pending') return { ledger, adopted: [] };
  const adopted = await adopt(engine, control, ledger, options.files);
  if (adopted.length > 0) engine.emit({ kind: 'adopted', versions: adopted });
  return { ledger: (await rereadLedger(control)).ledger, adopted };
}

/** Production is a property of the database: once a client's configuration says so, it holds for every client. */
async function rememberProduction(engine: Engine, control: Control, ledger: Ledger): Promise<Ledger> {
  if (!engine.settings.production || ledger.settings.get('production') === 'true') return ledger;
  const event = { event: 'setting_changed' as const, version: null, detail: { key: 'production', value: 'true' } };
  await control.session.batch([
    [settingItem(control.names, 'production', 'true'), eventItem(control.names, engine.run, event)],
  ]);
  return (await rereadLedger(control)).ledger;
}

/** Creates or upgrades the tracking tables in one transaction, and puts that on record. To be called under the lock. */
export async function createTracking(
  engine: Engine,
  control: Control,
  ledger: Ledger,
  adoptionPending: boolean,
): Promise<Ledger> {
  const { schema } = control.names;
  const zone = engine.settings.legacyTimeZone ?? '';
  const event = ledger.layout === undefined ? ('initialized' as const) : ('layout_upgraded' as const);
  const detail = { layout: LAYOUT_NEWEST, schema, ...(ledger.layout === undefined ? {} : { from: ledger.layout }) };
  const [choosePath, ...layout] = [...splitScript(LAYOUT_1)]
    .filter((item) => item.kind === 'statement')
    .map((item): BatchItem => ({ sql: LAYOUT_1.slice(item.start, item.end) }));
  try {
    await control.session.batch([
      [
        { sql: 'BEGIN' },
        { sql: "SELECT pg_catalog.set_config('taskflow.legacy_time_zone', $1, true)", params: [zone] },
        choosePath!,
        ...(ledger.layout === 0 ? [{ sql: CONVERT_NAIVE_TIMES }] : []),
        ...layout,
        settingItem(control.names, 'adoption', adoptionPending ? 'pending' : 'none'),
        eventItem(control.names, engine.run, { event, version: null, detail }),
        { sql: 'COMMIT' },
      ],
    ]);
  } catch (error) {
    await control.session.query('ROLLBACK').catch(() => {});
    throw databaseProblem(error, `cannot create the tracking tables in schema ${schema}`).with({
      state: 'Nothing was changed.',
      next: [`Let this role create tables there: GRANT CREATE ON SCHEMA ${schema} TO ${control.server.user};`],
    });
  }
  engine.emit({ kind: 'initialized', schema, upgradedFrom: ledger.layout });
  return (await rereadLedger(control)).ledger;
}

/** Tables, views and sequences that neither an extension nor this tool brought. */
async function hasObjects(control: Control): Promise<boolean> {
  const [row] = await control.session.query(
    `SELECT EXISTS (
  SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT (n.nspname = $1 AND (c.relname LIKE 'schema\\_migration%' OR c.relname = 'migration_status'))
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
) AS found`,
    [control.names.schema],
  );
  return row?.found === 't';
}

function unknownObjects(control: Control): Problem {
  return new Problem('not-tracked', `the database ${control.server.database} has tables, but no migration history`, {
    state: 'Nothing was run.',
    next: [
      'Adopt what is there: taskflow-db init (records versions whose objects exist as baseline, then shows what is pending)',
      'Or, if you know up to where it is: taskflow-db baseline --to VERSION',
    ],
  });
}
