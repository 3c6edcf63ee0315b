import { readFolders, refuseComplaints } from '../files/folders.ts';
import { compareByNumber, orderMigrations } from '../graph/order.ts';
import type { Ledger } from '../ledger/read.ts';
import { appliedItems, settingItem } from '../ledger/write.ts';
import { findNeeded } from '../migration/find-version.ts';
import { inForce } from '../plan/ledger-entry.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import { reconcile } from '../plan/reconcile.ts';
import { resolveVersion } from '../plan/resolve-version.ts';
import { refuseHalfSquashed } from '../plan/up.ts';
import { refuseReadOnly } from '../postgres/server-info.ts';
import { gather, Problem } from '../problem/problem.ts';
import type { CreatedObject } from '../sql/created-object.ts';
import { type Control, withControl } from './control.ts';
import type { Engine } from './engine.ts';
import { type Presence, presenceOf, withoutOwn } from './existing.ts';
import { writeLayout } from './layout.ts';
import { recordedMigration } from './recorded.ts';
import { withRunnerLock } from './runner/runner-lock.ts';
import { rememberProduction } from './tracking.ts';

export interface BaselineOptions {
  readonly to: string;
  readonly reason?: string | undefined;
  /** Called with the number of versions before anything is written: may ask the person, and throws to stop. */
  readonly approve?: (versions: number, control: Control) => Promise<void>;
}

/** Records every version up to the given one as already there, after looking for what each of them creates. */
export async function baseline(
  engine: Engine,
  options: BaselineOptions,
): Promise<{ database: string; recorded: string[] }> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  const to = resolveVersion(files, options.to);
  const wanted = upTo(files, to);
  return withControl(engine, async (control) => {
    refuseReadOnly(control.server);
    return withRunnerLock(engine, control, async (held) => {
      const statuses = reconcile(files, held.entries);
      refuseHalfSquashed(statuses);
      const there = new Set(statuses.filter(({ entry }) => entry && inForce(entry)).map((one) => one.version));
      const missing = wanted.filter((file) => !there.has(file.version));
      const presences = (await presenceOf(engine, control, wanted)).map((one) => withoutOwn(one, control));
      refuseAbsent(presences, new Set(missing.map((file) => file.version)));
      await options.approve?.(missing.length, control);
      await record(engine, control, held, missing, to, options.reason);
      await rememberProduction(engine, control, held);
      return { database: control.server.database, recorded: missing.map((file) => file.version) };
    });
  });
}

/** The files up to the version in the order of application, what it depends on included. */
function upTo(files: readonly MigrationFile[], to: string): MigrationFile[] {
  const nodes = files.map((file) => {
    const depends = file.load().headers.depends.flatMap((text) => {
      const found = findNeeded(files, text);
      return found instanceof Problem ? [] : [found.version];
    });
    return { ...file, depends, source: file };
  });
  const { ordered } = orderMigrations(nodes, new Set());
  const at = ordered.findIndex((node) => node.version === to);
  return ordered.slice(0, at + 1).map((node) => node.source);
}

function refuseAbsent(presences: readonly Presence[], toRecord: ReadonlySet<string>): void {
  const problems = presences.flatMap(({ file, absent, incomplete }, i) => {
    if (!toRecord.has(file.version)) return [];
    const later = presences.slice(i).map((presence) => presence.file);
    const [missing, lacking] = [absent, incomplete].map((some) => some.filter((one) => !takenAwayLater(one, later)));
    return missing!.length + lacking!.length > 0 ? [absentProblem(file, missing!, lacking!)] : [];
  });
  if (problems.length > 0)
    throw gather('baseline-mismatch', 'not everything that these versions create is there', problems);
}

/** A later version drops or renames an object of that name: then its absence says nothing. */
function takenAwayLater(object: CreatedObject, later: readonly MigrationFile[]): boolean {
  const names = [object.name, object.table].filter((name) => name !== undefined);
  return later.some((file) =>
    file
      .load()
      .statements.some(
        ({ sql }) => /\b(?:DROP|RENAME|SET\s+SCHEMA)\b/i.test(sql) && names.some((name) => sql.includes(name)),
      ),
  );
}

function absentProblem(
  file: MigrationFile,
  absent: readonly CreatedObject[],
  incomplete: readonly CreatedObject[],
): Problem {
  const named = (some: readonly CreatedObject[]) =>
    some.map(({ kind, name, table }) => `${kind} ${table ? `${table}.` : ''}${name}`).join(', ');
  const found = [
    ...(absent.length > 0 ? [`missing: ${named(absent)}`] : []),
    ...(incomplete.length > 0 ? [`there, but without some of the columns of the file: ${named(incomplete)}`] : []),
  ];
  return new Problem('baseline-mismatch', `${file.version} is not there completely`, {
    version: file.version,
    where: { file: file.file },
    found: found.join('; '),
    state: 'Nothing was recorded.',
    next: ['Choose a lower --to, and let migrate apply the rest.'],
  });
}

async function record(
  engine: Engine,
  control: Control,
  held: Ledger,
  files: readonly MigrationFile[],
  to: string,
  reason: string | undefined,
): Promise<void> {
  const items = [...files].sort(compareByNumber).map((file) => {
    const recorded = recordedMigration(file.load(), engine.settings.storeSql, 'baseline');
    const detail = { to, ...(reason === undefined ? {} : { reason }) };
    const event = { event: 'baselined' as const, version: file.version, detail };
    return appliedItems(control.names, engine.run, recorded, event, { executionTimeMs: 0 });
  });
  const upTo = settingItem(control.names, 'baseline_version', to);
  const told = held.settings.has('adoption') ? [] : [settingItem(control.names, 'adoption', 'none')];
  await writeLayout(engine, control, held, [...told, ...items.flat(), upTo]);
}
