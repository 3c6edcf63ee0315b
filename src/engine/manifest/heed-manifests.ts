import { refuseJournals } from '../../files/change-journal.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { gather } from '../../problem/problem.ts';
import type { Engine } from '../engine.ts';
import type { ManifestReport } from './check-manifests.ts';
import { hasManifest } from './manifest-file.ts';

/**
 * Before a run: says what is wrong with the manifests. What cannot be read, and a merge in conflict, is refused, as all of it is with the
 * setting `strict`. A file that was only edited since it was recorded is what development looks like: a note.
 */
export async function heedManifests(engine: Engine, files: readonly MigrationFile[]): Promise<void> {
  const { settings, cwd } = engine;
  refuseJournals(settings.directories, 'Nothing was run.');
  if (!settings.directories.some(hasManifest)) return;
  const { checkManifests } = await import('./check-manifests.ts');
  const wrong = checkManifests(settings.directories, cwd, files).filter(({ problem }) => problem !== undefined);
  const refused = wrong.filter((report) => settings.strict || isUnreadable(report));
  if (refused.length > 0) {
    const problems = refused.flatMap(({ problem }) => problem ?? []);
    throw gather('manifest', 'the manifests do not agree with their folders', problems).with({
      state: 'Nothing was run.',
    });
  }
  for (const report of wrong) {
    const onlyEdited = report.faults.every(({ kind }) => kind === 'changed');
    engine.emit({ kind: onlyEdited ? 'note' : 'warning', message: messageOf(report) });
  }
}

function isUnreadable({ faults }: ManifestReport): boolean {
  return faults.some(({ kind }) => kind === 'unreadable' || kind === 'conflict');
}

/** So many faults are named in a sentence. */
const SHOWN_MAX = 3;

function messageOf({ file, faults }: ManifestReport): string {
  const named = faults.slice(0, SHOWN_MAX).map(({ detail }) => detail);
  const more = faults.length - named.length;
  return `${file}: ${[...named, ...(more > 0 ? [`${more} more`] : [])].join('; ')}: taskflow-db renumber records it`;
}
