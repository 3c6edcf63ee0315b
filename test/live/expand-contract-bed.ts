/** Expand and contract as people use it: files written from a database, applied and taken back. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot } from '../../src/catalog/snapshot.ts';
import type { DatabaseWorkplace, Finished } from '../support/cli.ts';
import { brief, differenceOf } from './catalog-bed.ts';

/** Runs it and holds that it succeeds. */
export async function ok(at: DatabaseWorkplace, ...args: string[]): Promise<Finished> {
  const run = await at.run(args);
  assert.equal(run.exit, 0, `${args.join(' ')}\n${run.output}`);
  return run;
}

/** The paths of the three files. */
export async function createThree(at: DatabaseWorkplace, ...args: string[]): Promise<string[]> {
  const run = await ok(at, 'create', '--expand-contract', '--json', ...args);
  return run.json<{ files: { file: string }[] }>().files.map(({ file }) => file);
}

export interface Parts {
  readonly there: string;
  readonly back: string;
}

/** The SQL of a file and of its way back, as psql runs it; each `:batch` is all rows. */
export function partsOf(at: DatabaseWorkplace, file: string): Parts {
  const text = readFileSync(join(at.folder, file), 'utf8').replaceAll(':batch', 'true');
  const [there = '', back = ''] = text.split(/^-- ROLLBACK:\n/m);
  return { there, back: back.replace(/^-- ?/gm, '') };
}

/** What differs, column order aside. */
export function changed(one: Snapshot, other: Snapshot): readonly string[] {
  return brief(differenceOf(one, other));
}
