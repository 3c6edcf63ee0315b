import type { LedgerEntry } from '../../plan/ledger-entry.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { reconcile } from '../../plan/reconcile.ts';
import type { Check } from '../../verify/check.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { Scratch } from '../scratch/scratch.ts';

/** What is asked of the database that the migrations are for, where one is named. */
export interface TargetFacts {
  readonly database: string;
  readonly version: string;
  readonly versionNum: number;
  /** Installed, with their versions. */
  readonly extensions: ReadonlyMap<string, string>;
  readonly entries: readonly LedgerEntry[];
}

export function targetFacts(engine: Engine): Promise<TargetFacts> {
  return withControl(engine, async ({ session, server, ledger }) => {
    const rows = await session.query('SELECT extname AS name, extversion AS version FROM pg_catalog.pg_extension');
    const extensions = new Map(rows.map(({ name, version }) => [name ?? '', version ?? '']));
    const { database, version, versionNum } = server;
    return { database, version, versionNum, extensions, entries: ledger.entries };
  });
}

/** What a proof on this scratch server does not say of that database. */
export async function differencesOf(scratch: Scratch, target: TargetFacts): Promise<string[]> {
  const major = (versionNum: number) => Math.trunc(versionNum / 10_000);
  const offered = await scratch.extensions();
  const notes: string[] = [];
  if (major(target.versionNum) !== major(scratch.server.versionNum))
    notes.push(
      `${target.database} is PostgreSQL ${target.version}, the scratch server ${scratch.server.version}: for its own version name a server with --scratch`,
    );
  for (const [name, version] of target.extensions) {
    const there = offered.get(name);
    if (there === undefined)
      notes.push(`${target.database} has the extension ${name}, which the scratch server does not offer`);
    else if (there !== version)
      notes.push(`${target.database} has the extension ${name} ${version}, the scratch server ${there}`);
  }
  return notes;
}

/** The files against what was applied. */
export function checksumChecks(files: readonly MigrationFile[], target: TargetFacts | undefined): Check[] {
  const of = (version: string | null, state: Check['state'], detail: string, file?: string): Check => ({
    name: 'checksums',
    version,
    state,
    detail,
    ...(file === undefined ? {} : { where: { file } }),
  });
  const all = `${files.length} ${files.length === 1 ? 'file' : 'files'}`;
  if (!target) return [of(null, 'ok', `${all}, in order; no database is named to compare them with`)];
  const statuses = reconcile(files, target.entries).filter((one) => one.replacedBy === undefined);
  const checks = statuses.flatMap(({ version, state, notes, file }): Check[] => {
    if (state === 'modified')
      return [of(version, 'failed', `changed after it was applied to ${target.database}`, file?.file)];
    if (state === 'missing') return [of(version, 'note', `applied to ${target.database}, and its file is gone`)];
    return notes.map((note) => of(version, 'note', note, file?.file));
  });
  if (checks.some(({ state }) => state === 'failed')) return checks;
  const applied = statuses.filter(({ state }) => state === 'applied' || state === 'baseline').length;
  return [
    of(null, 'ok', `${all}, ${applied === 0 ? 'none' : applied} of them applied to ${target.database}`),
    ...checks,
  ];
}
