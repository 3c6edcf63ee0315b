import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Kept } from '../../backup/kept.ts';
import { MANIFEST_FILE } from '../../backup/manifest.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { type KeptFile, keptOf } from './find-kept.ts';
import { folderOfFile } from './open-files.ts';
import { shownKept } from './shown.ts';

/** Data that a rollback puts back, or cannot. */
export interface Returning {
  readonly version: string;
  /** As SQL names it. */
  readonly relation: string;
  /** Null: whole rows. */
  readonly columns: readonly string[] | null;
  readonly rows: number;
  readonly store: string;
  /** The file backup that it is in; null: the database. */
  readonly file: string | null;
  /** Why it does not come back: its store is gone (`lost`), its file is not there (`missing`), or it is a materialized view's (`view`). */
  readonly cannot: 'lost' | 'missing' | 'view' | null;
}

export async function returningOf(
  engine: Pick<Engine, 'settings'>,
  control: Control,
  version: string,
): Promise<Returning[]> {
  const { kept, files, lost } = await keptOf(control, version);
  const isMissing = (file: KeptFile | undefined) =>
    file !== undefined && !existsSync(join(folderOfFile(engine, control, file), MANIFEST_FILE));
  return [
    ...kept.map((one) => {
      const file = one.base ?? files.get(one.store);
      return returning(
        version,
        one,
        file,
        isMissing(one.base) || isMissing(files.get(one.store)) ? 'missing' : one.kind === 'view' ? 'view' : null,
      );
    }),
    ...lost.map((one) => returning(version, one, undefined, 'lost')),
  ];
}

function returning(version: string, kept: Kept, file: KeptFile | undefined, cannot: Returning['cannot']): Returning {
  return { version, rows: kept.rows, ...shownKept(kept), file: file?.id ?? null, cannot };
}
