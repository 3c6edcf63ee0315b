/**
 * Random sets with twins, late files and dependencies, some of them applied: after `renumber` whatever is left can be applied. A
 * new seed each run, printed and in every message; TASKFLOW_RENUMBER_SEED repeats one.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadSettings } from '../../src/config/settings.ts';
import { databaseFacts } from '../../src/engine/renumber/facts.ts';
import { type RenumberResult, renumber } from '../../src/engine/renumber/renumber.ts';
import { type Engine, migrate, openEngine, Problem, status } from '../../src/index.ts';
import { type RandomFile, randomNumbers, randomSet } from '../renumber/random.ts';
import { writeFiles } from '../support/cli.ts';
import { type TestDatabase, withDatabase } from '../support/servers.ts';
import { filesOf, migrationsOf, table } from './renumber-bed.ts';

const SEED = Number(process.env.TASKFLOW_RENUMBER_SEED ?? Date.now() % 1_000_000);
const SETS = 8;

/** What is applied has numbers of its own, and needs only what is applied: so it can have been. */
function randomFiles(seed: number): RandomFile[] {
  const random = randomNumbers(seed);
  const taken = new Map<number, string>();
  return randomSet(random, 3 + random(10)).map((one) => {
    const applied = one.applied && !taken.has(one.number);
    if (!applied) return { ...one, applied };
    const depends = one.depends.filter((text) => taken.get(Number.parseInt(text, 10)) === text);
    taken.set(one.number, one.version);
    return { ...one, applied, depends };
  });
}

const textOf = (one: RandomFile) => table(one.version, one.depends.join(', '));

function engineIn(folder: string, database: TestDatabase): Promise<Engine> {
  const env = { TASKFLOW_DIRECTORIES: 'm' };
  return openEngine({
    settings: loadSettings({ cwd: folder, env, flags: {} }),
    flags: { url: database.url },
    env,
    cwd: folder,
    toolVersion: '0.0.0-test',
    signal: new AbortController().signal,
    live: false,
    mayCreateEmbedded: false,
    mask: (text) => text,
    onSecret: () => {},
    emit: () => {},
  });
}

async function renumbered(engine: Engine, lock = false): Promise<RenumberResult> {
  return renumber({
    settings: engine.settings,
    cwd: engine.cwd,
    named: [],
    lock,
    dryRun: false,
    database: await databaseFacts(engine),
    branch: undefined,
    openScratch: () => Promise.reject(new Error('nothing is generated here')),
  });
}

/** Undefined where the set is one that nobody can put in order. */
async function tryRenumber(engine: Engine, seed: string): Promise<RenumberResult | undefined> {
  try {
    return await renumbered(engine);
  } catch (error) {
    assert(error instanceof Problem, seed);
    const said = [error, ...(error.fields.also ?? [])].map(String).join();
    assert.match(said, /stands for several versions|keeps its number: \S+ depends on it/, seed);
    return undefined;
  }
}

/** Whether there was anything to check. */
async function check(seed: number, database: TestDatabase, folder: string): Promise<boolean> {
  const shown = `seed ${seed}`;
  const set = randomFiles(seed);
  const done = set.filter(({ applied }) => applied);
  writeFiles(folder, { 'm/.keep': '' });
  for (const one of done) writeFiles(folder, textOf(one));
  const engine = await engineIn(folder, database);
  assert((await migrate(engine, { allowLate: true, singleTransaction: false })).ok, shown);
  for (const one of set) writeFiles(folder, textOf(one));
  await renumbered(engine, true);
  const before = filesOf({ folder });
  const result = await tryRenumber(engine, shown);
  const after = filesOf({ folder });
  if (!result) {
    assert.deepEqual(after, before, `${shown}: what is refused changes nothing`);
    return false;
  }
  for (const { version } of done) assert.equal(after[`m/${version}.sql`], before[`m/${version}.sql`], shown);
  const report = await status(engine);
  assert.deepEqual(report.complaints, [], shown);
  assert.deepEqual((await renumbered(engine)).moves, [], `${shown}: once more changes nothing`);
  assert.deepEqual(filesOf({ folder }), after, shown);
  await appliedAll(engine, set, folder, shown);
  return result.moves.length > 0;
}

async function appliedAll(engine: Engine, set: readonly RandomFile[], folder: string, seed: string): Promise<void> {
  const { ok } = await migrate(engine, { allowLate: false, singleTransaction: false });
  assert(ok, seed);
  const { summary } = await status(engine);
  assert.deepEqual([summary.applied, migrationsOf({ folder }).length], [set.length, set.length], seed);
}

test(`random sets (seed ${SEED})`, async () => {
  let checked = 0;
  for (let i = 0; i < SETS; i++) {
    const folder = mkdtempSync(join(tmpdir(), 'tfnum-'));
    try {
      if (await withDatabase(18, (database) => check(SEED + i, database, folder))) checked++;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  assert(checked > 0, `only ${checked} of ${SETS} had something to move`);
});
