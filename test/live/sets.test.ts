/**
 * Whole sets of migrations in the manner of large projects (test/sets): right as they are written, `verify` finds nothing; with
 * faults planted it finds each, and nothing else. A run takes one set, another one each day, with its faults; TASKFLOW_SETS=NAME
 * takes that one, as it is, too; TASKFLOW_SETS=all and the long tests take all of them, on 14 and 18.
 */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { SETS } from '../sets/all.ts';
import { KINDS, type MigrationSet, versionOf } from '../sets/step.ts';
import type { DatabaseWorkplace } from '../support/cli.ts';
import { server, uniqueName } from '../support/servers.ts';
import { brief as briefDifference, differenceOf, snapshotOf } from './catalog-bed.ts';
import { assertFound, brief, dumpComplete, type Found, failed, plantAll, verify, withSet } from './sets-bed.ts';

const wanted = process.env.TASKFLOW_SETS ?? (process.env.TASKFLOW_TEST_LONG === '1' ? 'all' : '');
const isWhole = wanted !== '';
const today = SETS[Math.floor(Date.now() / 86_400_000) % SETS.length]!;
const chosen = wanted === 'all' ? SETS : wanted === '' ? [today] : SETS.filter(({ name }) => name === wanted);

/** Extensions that no server of the tests offers. */
const NOWHERE = ['orafce', 'pg_partman'];

/** Titles of the steps that are passed over where these extensions cannot be had: they and all that depend on them. */
function passedOver(set: MigrationSet, absent: (extension: string) => boolean): string[] {
  const titles = new Set<string>();
  for (const { title, requires = [], depends = [] } of set.steps)
    if (requires.some(absent) || depends.some((other) => titles.has(other))) titles.add(title);
  return [...titles];
}

const run = async (at: DatabaseWorkplace, ...args: string[]) => {
  const finished = await at.run(args, { timeoutMs: 300_000 });
  assert.equal(finished.exit, 0, finished.output);
  return finished;
};

test('there is a set for each name, and a fault of each kind', () => {
  assert.notDeepEqual(chosen, []);
  const planted = new Set(SETS.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
  assert.deepEqual(
    KINDS.filter((kind) => !planted.has(kind)),
    [],
  );
});

for (const set of chosen) {
  for (const engine of wanted === 'all' ? [14, 18] : [18]) {
    describe(`${set.name}, ${set.steps.length} migrations, PostgreSQL ${engine}`, () => {
      test('verify finds each planted fault and nothing else', () =>
        withSet(engine, set, async (at) => {
          await dumpComplete(at);
          plantAll(at, set);
          assertFound(set, failed(await verify(at)));
        }));

      if (isWhole)
        test('verify finds nothing where nothing is planted', () =>
          withSet(engine, set, async (at) => {
            await dumpComplete(at);
            assertRight(set, await verify(at));
          }));

      test('applied, undone to nothing, and applied again, the database is the same', () =>
        withSet(engine, set, async (at) => {
          const [begin, count] = undoable(set);
          await run(at, ...(begin === undefined ? ['init'] : ['migrate', '--to', begin]));
          const empty = await snapshotOf(at.database);
          await run(at, 'migrate');
          const full = await snapshotOf(at.database);
          await run(at, 'rollback', '--steps', String(count), '--yes');
          assert.deepEqual(briefDifference(differenceOf(empty, await snapshotOf(at.database))), []);
          await run(at, 'migrate');
          assert.deepEqual(briefDifference(differenceOf(full, await snapshotOf(at.database))), []);
        }));
    });
  }
}

function assertRight(set: MigrationSet, checks: readonly Found[]): void {
  assert.deepEqual(failed(checks), []);
  const versions = (name: string, wantedState: string) =>
    checks.filter((one) => one.name === name && one.state === wantedState).map(({ version }) => version);
  const named = (titles: readonly string[]) => titles.map((title) => versionOf(set, title));
  assert.deepEqual(
    versions('replay', 'not-checked'),
    named(passedOver(set, (extension) => NOWHERE.includes(extension))),
  );
  assert.deepEqual(versions('rollback', 'note'), named(set.moving));
}

/** The version from which on there is a way back, if it is not the beginning, and how many are applied behind it. */
function undoable(set: MigrationSet): [string | undefined, number] {
  const at = set.steps.findLastIndex(({ irreversible }) => irreversible !== undefined);
  const count = set.steps.length - at - 1 - passedOver(set, (extension) => NOWHERE.includes(extension)).length;
  return [at < 0 ? undefined : versionOf(set, set.steps[at]!.title), count];
}

test('what needs an extension that the role may not create is not checked, by name, and the rest is', async () => {
  const set = SETS.find(({ name }) => name === 'tracker')!;
  const role = uniqueName('maker');
  const on = await server(12);
  await on.sql('postgres', `CREATE ROLE ${role} LOGIN CREATEDB`);
  try {
    await withSet(12, set, async (at) => {
      // Those before it are applied, and not tried.
      const last = versionOf(set, 'builds are wide');
      const checks = await verify(at, role, '--since', last);
      assert.deepEqual(failed(checks), []);
      const skipped = checks.filter(({ name, state }) => name === 'replay' && state === 'not-checked');
      assert.equal(skipped.length, passedOver(set, () => true).length);
      for (const one of skipped)
        assert.match(brief(one), /^replay \d+_\w*(extension|trigram)\w*: .*(pg_trgm|btree_gin)/);
    });
  } finally {
    await on.sql('postgres', `DROP ROLE ${role}`);
  }
});
