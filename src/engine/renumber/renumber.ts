import { existsSync } from 'node:fs';
import type { Settings } from '../../config/settings.ts';
import { type Interrupted, refuseJournals, settleJournal } from '../../files/change-journal.ts';
import { changeFiles } from '../../files/change-set.ts';
import type { Scratch } from '../scratch/scratch.ts';
import type { Judges } from './facts.ts';
import { mendGenerated, type StaleFile, staleFiles } from './generated.ts';
import { planRenumbering, type Renumbering } from './plan.ts';

export interface RenumberOptions extends Judges {
  readonly settings: Settings;
  readonly cwd: string;
  /** Versions or numbers, as people write them; none: what `migrate` would refuse. */
  readonly named: readonly string[];
  readonly lock: boolean;
  readonly dryRun: boolean;
  readonly openScratch: () => Promise<Scratch>;
}

export interface RenumberResult extends Omit<Renumbering, 'changes' | 'touched'> {
  readonly generated: readonly StaleFile[];
  /** What became first of the files of a run that had been killed. */
  readonly interrupted: Interrupted | null;
}

/**
 * Moves the files that need another number behind all others, and mends what names them: headers, manifests, documents, in one
 * change that is made as a whole or not at all; then the patch. Problems as of planRenumbering, `file-unreadable` where a file
 * cannot be written.
 */
export async function renumber(options: RenumberOptions): Promise<RenumberResult> {
  const { settings, cwd, dryRun } = options;
  const { directories: folders, renumber: also } = settings;
  if (dryRun) refuseJournals(folders, 'Nothing was changed.');
  const interrupted = folders.flatMap((folder) => settleJournal(folder) ?? []);
  const { changes, touched, ...planned } = planRenumbering({ ...options, folders, mentions: also.mentions });
  const stale = staleFiles(touched, settings, cwd);
  if (!dryRun) changeFiles(changes, folders.find(existsSync));
  const generated = await mendGenerated(stale, dryRun ? undefined : options.openScratch, settings, cwd);
  return { ...planned, generated, interrupted: interrupted[0] ?? null };
}
