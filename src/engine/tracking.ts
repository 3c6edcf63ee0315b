import { LAYOUT_NEWEST } from '../ledger/names.ts';
import type { Ledger } from '../ledger/read.ts';
import { eventItem, settingItem } from '../ledger/write.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import { Problem } from '../problem/problem.ts';
import { adoptable, adoptionItems, entryOfAdopted, nameIncomplete } from './adopt-existing.ts';
import { type Control, rereadLedger } from './control.ts';
import type { Engine } from './engine.ts';
import { hasObjects, type Presence } from './existing.ts';
import { writeLayout } from './layout.ts';
import { LayoutBusy } from './runner/runner-lock.ts';
import { isFirst, isSettled, isUntold, timesToDo } from './settled.ts';

/** What the tracking tables need before anything can be recorded; found without writing. */
export interface TrackingOutlook {
  readonly held: Ledger;
  /** The ledger as it will be: what a plan is to be made on. */
  readonly ledger: Ledger;
  /** What will be changed, for a question; undefined: nothing that a person would mind. */
  readonly change: string | undefined;
  /** What is there already and will be recorded as baseline; undefined where nothing is to be adopted. */
  readonly adopting: readonly Presence[] | undefined;
}

export interface Tracking {
  readonly ledger: Ledger;
  /** Versions recorded as baseline by this call, because what they create was there. */
  readonly adopted: readonly string[];
}

/**
 * Finds out what the tracking tables need, refuses what must be refused, and writes nothing. A database that has objects
 * but no history is refused (`not-tracked`) unless `mayAdopt`: nobody but its owner knows what is applied there.
 */
export async function checkTracking(
  engine: Engine,
  control: Control,
  held: Ledger,
  options: { files: readonly MigrationFile[]; mayAdopt: boolean },
): Promise<TrackingOutlook> {
  const occupied = isUntold(held) && (await hasObjects(control));
  if (occupied) {
    // Another run may have made them since, with their history: what was read then counts no more.
    const { ledger: now } = await rereadLedger(control);
    if (now.layout !== held.layout) return checkTracking(engine, control, now, options);
    if (!options.mayAdopt) throw unknownObjects(control);
  }
  const adopts = isFirst(held) && (occupied || held.layout === 0);
  const adopting = adopts ? await adoptable(engine, control, held, options.files) : undefined;
  const change = changeOf(engine, held, adopting ?? []);
  const last = Math.max(0, ...held.entries.map((entry) => entry.appliedOrder));
  const more = adopting?.map(({ file }, i) => entryOfAdopted(file, last + i + 1)) ?? [];
  return { held, ledger: { ...held, layout: LAYOUT_NEWEST, entries: [...held.entries, ...more] }, change, adopting };
}

/** The same under the runners' lock: where another run was quicker, the lock is to be taken anew (LayoutBusy). */
export async function checkTrackingUnderLock(
  engine: Engine,
  control: Control,
  held: Ledger,
  options: { files: readonly MigrationFile[]; mayAdopt: boolean },
): Promise<TrackingOutlook> {
  const outlook = await checkTracking(engine, control, held, options);
  if (outlook.held !== held) throw new LayoutBusy('another run has made the tracking tables');
  return outlook;
}

function changeOf(engine: Engine, held: Ledger, adopting: readonly Presence[]): string | undefined {
  const adopts =
    adopting.length > 0 ? `adopt ${adopting.length} version${adopting.length === 1 ? '' : 's'}` : undefined;
  if (held.layout === LAYOUT_NEWEST) {
    if (timesToDo(engine, held) === 'convert') return 'Convert the times in the tracking tables';
    return adopts?.replace('adopt', 'Adopt');
  }
  const tables = `${held.layout === undefined ? 'Create' : 'Upgrade'} the tracking tables`;
  return adopts ? `${tables} and ${adopts}` : tables;
}

/**
 * Does what `checkTracking` found to be needed, all of it in one transaction: creates or upgrades the tables, converts
 * their times, adopts what an installation had before tracking. To be called under the lock, once that is approved.
 */
export async function prepareTracking(engine: Engine, control: Control, outlook: TrackingOutlook): Promise<Tracking> {
  const { held, adopting } = outlook;
  if (isSettled(engine, held)) return { ledger: held, adopted: [] };
  await writeLayout(engine, control, held, [
    ...(isFirst(held) ? [settingItem(control.names, 'adoption', adopting ? 'done' : 'none')] : []),
    ...(adopting ? adoptionItems(engine, control, held, adopting) : []),
  ]);
  nameIncomplete(engine, adopting ?? []);
  const adopted = adopting?.map(({ file }) => file.version) ?? [];
  if (adopted.length > 0) engine.emit({ kind: 'adopted', versions: adopted });
  return { ledger: (await rereadLedger(control)).ledger, adopted };
}

/** The configuration says that this is production, and the database does not know it yet. */
export function isUnmarkedProduction(engine: Engine, ledger: Ledger): boolean {
  return engine.settings.production && ledger.settings.get('production') !== 'true';
}

/**
 * Production is a property of the database: once a client's configuration has said so, it holds for every client. To be
 * called only when the person has agreed to a change there.
 */
export async function rememberProduction(engine: Engine, control: Control, ledger: Ledger): Promise<void> {
  if (!isUnmarkedProduction(engine, ledger)) return;
  const event = { event: 'setting_changed' as const, version: null, detail: { key: 'production', value: 'true' } };
  await control.write([settingItem(control.names, 'production', 'true'), eventItem(control.names, engine.run, event)]);
}

function unknownObjects(control: Control): Problem {
  return new Problem('not-tracked', `the database ${control.server.database} has tables, but no migration history`, {
    state: 'Nothing was run.',
    next: [
      'Adopt what is there (versions whose objects exist are recorded as baseline): taskflow-db init',
      'Or, if you know up to where it is: taskflow-db baseline --to VERSION',
    ],
  });
}
