import { readVersionFile } from '../../../files/folders.ts';
import type { Migration, Statement } from '../../../migration/migration.ts';
import type { Engine } from '../../engine.ts';
import type { RunKind } from './story.ts';

/** The statements of a migration that a run works at, with the file that they are in. */
export interface VersionStatements {
  readonly file: string | null;
  readonly all: readonly Statement[];
}

const NONE: VersionStatements = { file: null, all: [] };

/** As the file is now; none where it is gone, cannot be read, or is too large to be held. */
export function readVersion(
  { settings, cwd }: Pick<Engine, 'settings' | 'cwd'>,
  version: string,
  kind: RunKind,
): VersionStatements {
  try {
    const found = readVersionFile(settings.directories, cwd, version);
    if (!found) return NONE;
    const migration = found.load();
    return { file: migration.file, all: kind === 'roll back' ? back(migration) : migration.statements };
  } catch {
    return NONE; // what is wrong with it is told where files are judged
  }
}

function back({ rollback }: Migration): readonly Statement[] {
  return rollback.kind === 'sql' ? rollback.statements : [];
}
