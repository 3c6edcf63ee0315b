import { buildsOf, countSideBySide, type PlacedBuilds } from '../plan/side-by-side.ts';
import type { PlannedMigration } from '../plan/up.ts';
import { quoteQualified } from '../sql/quote.ts';
import type { QualifiedName } from '../sql/token-reader.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { withWorker } from './with-worker.ts';
import type { Worker } from './worker.ts';

/** So many are looked at together. */
const LOOKED_AT_MAX = 100;

/**
 * How many of these migrations, from the first, may run side by side: all of them only build indexes without blocking writes, each
 * on tables of its own. Below two: none.
 */
export async function sideBySide(worker: Worker, migrations: readonly PlannedMigration[]): Promise<number> {
  const candidates: { planned: PlannedMigration; builds: NonNullable<ReturnType<typeof buildsOf>> }[] = [];
  for (const planned of migrations.slice(0, LOOKED_AT_MAX)) {
    const builds = buildsOf(planned);
    if (!builds) break;
    candidates.push({ planned, builds });
  }
  if (candidates.length < 2) return 0;
  const oids = await oidsOf(
    worker,
    candidates.flatMap(({ builds }) => builds.tables),
  );
  const placed = candidates.map(
    ({ planned: { version, depends }, builds }): PlacedBuilds => ({
      ...builds,
      version,
      depends,
      oids: builds.tables.map((table) => oids.get(written(table))),
    }),
  );
  return countSideBySide(placed);
}

/** One table may be written in two ways. */
async function oidsOf(worker: Worker, tables: readonly QualifiedName[]): Promise<ReadonlyMap<string, string>> {
  const names = JSON.stringify(tables.map(written));
  const sql = `SELECT name, pg_catalog.to_regclass(name)::oid AS oid FROM pg_catalog.jsonb_array_elements_text($1::jsonb) AS name`;
  const rows = await worker.askAlone({ sql, params: [names] }, { lockTimeoutMs: 1000 }, []);
  return new Map(rows.flatMap(({ name, oid }) => (name && oid ? [[name, oid]] : [])));
}

function written({ schema, name }: QualifiedName): string {
  return schema === undefined ? quoteQualified(name) : quoteQualified(schema, name);
}

/**
 * Does the work of each place, at most `jobs` at once, each on a session of its own; the first on `worker`. `work` is given what
 * it has to wait for before it records its end, so that the records stand in order. After a failure no more is begun, and what is
 * under way is waited for; then the first failure is thrown.
 */
export async function inTurns(
  { engine, control, worker, jobs }: { engine: Engine; control: Control; worker: Worker; jobs: number },
  count: number,
  work: (place: number, worker: Worker, turn: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const ends: Promise<unknown>[] = [];
  const failures: { place: number; error: unknown }[] = [];
  let next = 0;
  const goOn = async (own: Worker) => {
    while (next < count && failures.length === 0 && !engine.signal.aborted) {
      const place = next++;
      const before = ends[place - 1];
      const end = work(place, own, async () => void (await before?.catch(() => {})));
      ends[place] = end;
      await end.catch((error: unknown) => failures.push({ place, error }));
    }
  };
  const others = Array.from({ length: Math.min(jobs, count) - 1 }, () => withWorker(engine, control, goOn));
  const settled = await Promise.allSettled([goOn(worker), ...others]);
  const [first] = failures.sort((a, b) => a.place - b.place);
  if (first) throw first.error;
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
}
