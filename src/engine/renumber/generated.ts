import { existsSync } from 'node:fs';
import type { Settings } from '../../config/settings.ts';
import { readTextFile } from '../../files/whole-file.ts';
import { Problem } from '../../problem/problem.ts';
import { replaceMentions } from '../../renumber/mentions.ts';
import { type GeneratedFile, generatedFile, settle } from '../generated/generated-file.ts';
import { patchSchema } from '../generated/patch.ts';
import type { Scratch } from '../scratch/scratch.ts';
import { completeFiles } from '../verify/init-complete.ts';

/** A file that is made of the migrations, and holds some that have another name or header now. */
export interface StaleFile {
  readonly file: string;
  /** What writes it anew. */
  readonly command: string;
  /** `stale`: it is left to that command, see `why`. */
  readonly state: 'written' | 'stale';
  readonly why: string | null;
}

type Which = Parameters<typeof generatedFile>[0];
const COMMANDS: Readonly<Record<Which, string>> = {
  dump: 'taskflow-db schema dump',
  patch: 'taskflow-db schema patch',
  report: 'taskflow-db schema report',
};

/** Those that speak of one of the versions (or of the patch: that a merge left in conflict), as they are now. */
export function staleFiles(
  touched: readonly string[],
  settings: Settings,
  cwd: string,
): ReadonlyMap<Which, GeneratedFile> {
  const versions = new Map(touched.map((version) => [version, `${version}!`]));
  const stale = new Map<Which, GeneratedFile>();
  for (const which of ['dump', 'patch', 'report'] as const) {
    const place = generatedFile(which, settings.directories, { cwd, named: undefined });
    if (!existsSync(place.path)) continue;
    const text = readTextFile(place.path, place.file);
    const inConflict = which === 'patch' && /^<{7} /m.test(text);
    if (inConflict || replaceMentions(text, versions).mentions.length > 0) stale.set(which, place);
  }
  return stale;
}

/**
 * Writes the patch anew, behind the renumbering; the others are left to commands of their own, and the patch, too, where that fails or
 * init-complete.sql itself holds such a migration. Without `openScratch` nothing is written: what is said to be written would be.
 */
export async function mendGenerated(
  stale: ReadonlyMap<Which, GeneratedFile>,
  openScratch: (() => Promise<Scratch>) | undefined,
  settings: Settings,
  cwd: string,
): Promise<StaleFile[]> {
  const found: StaleFile[] = [];
  for (const [which, place] of stale) {
    const mends = which === 'patch' && !stale.has('dump');
    const why = mends && openScratch ? await patchAnew(place, openScratch, settings, cwd) : null;
    const state = mends && why === null ? 'written' : 'stale';
    if (which !== 'patch' || mends) found.push({ file: place.file, command: COMMANDS[which], state, why });
  }
  return found;
}

/** What stood against it, or null. */
async function patchAnew(
  place: GeneratedFile,
  openScratch: () => Promise<Scratch>,
  settings: Settings,
  cwd: string,
): Promise<string | null> {
  const complete = completeFiles(settings.directories, cwd)?.complete;
  if (!complete) return 'there is no init-complete.sql';
  try {
    const { text } = await patchSchema(await openScratch(), complete, { ...settings, cwd });
    settle(place, text, false);
    return null;
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'cancelled') throw error;
    return error.message;
  }
}
