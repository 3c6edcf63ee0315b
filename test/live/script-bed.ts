/** Runs the scripts of `diff --sql` as a person does, with psql, and looks what became of the database. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Included, Snapshot } from '../../src/catalog/snapshot.ts';
import { type Script, writeScript } from '../../src/script/script.ts';
import { systemBin, type TestDatabase } from '../support/servers.ts';
import { ALL, brief, differenceOf, snapshotOf } from './catalog-bed.ts';

/** What psql says on stderr; '' where every statement was taken. */
export function runScript({ server, name }: TestDatabase, sql: string): string {
  const env = { ...process.env, ...server.env(name), PGOPTIONS: '-c client_min_messages=warning' };
  const args = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', '-'];
  const { status, stderr } = spawnSync(join(systemBin(), 'psql'), args, { input: sql, env, encoding: 'utf8' });
  return status === 0 ? '' : stderr || `status ${status}`;
}

/** Takes the database from one schema to the other, and fails the test where it does not get there. */
export async function way(
  database: TestDatabase,
  before: Snapshot,
  after: Snapshot,
  { about = '', included = ALL }: { about?: string; included?: Included } = {},
): Promise<Script> {
  const script = writeScript(before, after, included);
  const failed = runScript(database, script.sql);
  assert.equal(failed, '', `${about}\n${script.sql}`);
  const difference = differenceOf(await snapshotOf(database), after);
  assert.deepEqual(brief(difference), [], `${about}\n${script.sql}`);
  return script;
}

/** The statements of a script, without what stands around them. */
export function statements({ sql }: Pick<Script, 'sql'>): string[] {
  const around = /^(BEGIN|COMMIT|(SET|RESET)( LOCAL)? check_function_bodies.*);$/;
  return sql
    .trim()
    .split('\n\n')
    .filter((paragraph) => !around.test(paragraph) && paragraph !== '');
}
