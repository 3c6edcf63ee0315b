/**
 * `squash` of what people wrote without thinking of it: the TaskFlow migrations, and a set of test/sets, another one
 * each day; TASKFLOW_SETS=all takes all of them.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { SETS } from '../sets/all.ts';
import { versionOf } from '../sets/step.ts';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { REPOSITORY } from '../support/run-folder.ts';
import { onScratch, withSet } from './sets-bed.ts';

interface Told {
  readonly file: string;
  readonly replaces: readonly string[];
  readonly kept: readonly { readonly version: string }[];
  readonly later: { readonly migrations: number } | null;
}

async function squashed(at: DatabaseWorkplace, to: string): Promise<Told> {
  const finished = await onScratch(at, ['squash', '--to', to, '--json']);
  assert.equal(finished.exit, 0, finished.output);
  return finished.json<Told>();
}

const FOLDER = join(REPOSITORY, 'database/migrations');
const TASKFLOW: Files = Object.fromEntries(
  readdirSync(FOLDER)
    .filter((name) => /^0[0-3].*\.sql$/.test(name))
    .map((name) => [`m/${name}`, readFileSync(join(FOLDER, name))]),
);
const VECTOR = '027_add_request_embedding_vector';

for (const engine of onServers(import.meta.url, 14, 18))
  test(`PostgreSQL ${engine}: the TaskFlow migrations up to 029, and what needs an extension behind them`, () =>
    withCli(engine, TASKFLOW, async (at) => {
      const migrated = await at.run(['migrate', '--quiet']);
      assert.equal(migrated.exit, 0, migrated.output);
      const { replaces, kept } = await squashed(at, '29');
      assert.equal(replaces.length, 28);
      assert.deepEqual(
        kept.map(({ version }) => version),
        [VECTOR],
      );
      const again = await at.run(['migrate']);
      assert.equal(again.exit, 0, again.output);
      assert.match(again.stdout, /nothing to apply/);
    }));

const today = SETS[Math.floor(Date.now() / 86_400_000) % SETS.length]!;

for (const set of process.env.TASKFLOW_SETS === 'all' ? SETS : [today])
  test(`${set.name}: two thirds of its ${set.steps.length} migrations, and the others behind them`, () =>
    withSet(18, set, async (at) => {
      const step = set.steps[Math.floor((set.steps.length * 2) / 3)]!;
      const { file, replaces, later } = await squashed(at, versionOf(set, step.title));
      assert.ok(replaces.length > set.steps.length / 2);
      assert.ok((later?.migrations ?? 0) > 10);
      const judged = await onScratch(at, ['lint', file, '--fail-on', 'error']);
      assert.equal(judged.exit, 0, judged.output);
    }));
