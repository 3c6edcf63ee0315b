import { relative } from 'node:path';
import { compareSchemas } from '../../catalog/compare.ts';
import { weighed } from '../../catalog/equal-in-effect.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { Problem } from '../../problem/problem.ts';
import { count } from '../../problem/quantity.ts';
import type { Check, CheckState } from '../../verify/check.ts';
import type { Engine } from '../engine.ts';
import { init } from '../init.ts';
import { readSchema } from '../schema/read-schema.ts';
import { loadScript, readScript, type Script } from '../scratch/load-script.ts';
import { replay } from '../scratch/replay.ts';
import type { Scratch, ScratchDatabase } from '../scratch/scratch.ts';
import { withoutUnsettled } from './settled.ts';

const check = (state: CheckState, file: string, detail: string, more: Partial<Check> = {}): Check => ({
  name: 'upgrade',
  version: null,
  state,
  detail: `${file}: ${detail}`,
  where: { file },
  ...more,
});

/**
 * Whether each older state (a file of SQL) becomes what the migrations make of an empty database: loaded, adopted as `init`
 * does, and migrated. The rows of an older installation are its own, and not compared.
 */
export async function checkUpgrades(
  scratch: Scratch,
  paths: readonly string[],
  cwd: string,
  replayed: ScratchDatabase | undefined,
  files: readonly MigrationFile[],
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const path of paths) {
    const file = relative(cwd, path) || path;
    checks.push(
      replayed
        ? await checkUpgrade(scratch, readScript(path, file), replayed, files)
        : check('not-checked', file, 'the migrations cannot be replayed'),
    );
  }
  return checks;
}

async function checkUpgrade(
  scratch: Scratch,
  script: Script,
  replayed: ScratchDatabase,
  files: readonly MigrationFile[],
): Promise<Check> {
  const { file } = script;
  const database = await scratch.create();
  try {
    await loadScript(scratch, database, script);
    const upgraded = { ...database, engine: inSomeZone(database.engine) };
    const { adopted } = await init(upgraded.engine);
    await replay(scratch, upgraded, files);
    const { changes, notes, equalInEffect } = await difference(replayed, upgraded);
    if (changes.length > 0) return check('failed', file, 'does not become what the migrations make', sides(changes));
    const remarks = [
      adopted.length > 0
        ? `${count(adopted.length, 'version')} found there, the others applied`
        : 'all versions applied',
      ...(notes.length > 0 ? [`${count(notes.length, 'table')} with columns in another order`] : []),
      ...(equalInEffect.length > 0 ? ['serial where others have an identity, or the reverse'] : []),
    ];
    return check('ok', file, `becomes equal: ${remarks.join('; ')}`);
  } catch (error) {
    if (!(error instanceof Problem) || scratch.lost || error.code === 'cancelled') throw error;
    const at = error.fields.where ? { where: error.fields.where } : {};
    const said = error.fields.server?.message;
    return check('failed', file, said ? `${error.message}: ${said}` : error.message, { problem: error, ...at });
  } finally {
    if (!scratch.lost) await database.drop();
  }
}

function sides(changes: NonNullable<Check['changes']>): Partial<Check> {
  return { changes, sides: { before: 'migrations', after: 'the older state, migrated' } };
}

/** Times without a zone are converted only where it is said in which they were written; for the schema any one will do. */
function inSomeZone(engine: Engine): Engine {
  return { ...engine, settings: { ...engine.settings, legacyTimeZone: engine.settings.legacyTimeZone ?? 'UTC' } };
}

/** Owners and privileges are those of the installation, its servers and people. */
async function difference(replayed: ScratchDatabase, upgraded: ScratchDatabase) {
  const included = { owners: false, privileges: false };
  const [before, after] = [await readSchema(replayed.engine, included), await readSchema(upgraded.engine, included)];
  const { changes, notes, equalInEffect } = weighed(compareSchemas(before.schema, after.schema));
  return { changes: await withoutUnsettled(replayed, upgraded, changes), notes, equalInEffect };
}
