/**
 * Any order that respects the inferred edges makes the same catalog: whole sets of migrations (test/sets) applied in random orders.
 * A run takes one set and two orders; the long tests take all of them, on 14 and 18, in more orders.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { writeRandomSet } from '../../bench/lib/random-set.mjs';
import { footprintsOf } from '../../src/engine/graph/footprints.ts';
import { readFolders } from '../../src/files/folders.ts';
import { type InferredEdge, inferEdges } from '../../src/graph/inferred.ts';
import { compareByNumber } from '../../src/graph/order.ts';
import { SchemaLearner } from '../../src/known/learner.ts';
import { SETS } from '../sets/all.ts';
import { type MigrationSet, type Step, versionOf } from '../sets/step.ts';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';

import { brief, differenceOf, snapshotOf } from './catalog-bed.ts';
import { randomFrom } from './script-generator.ts';
import { withSet } from './sets-bed.ts';

const isLong = process.env.TASKFLOW_TEST_LONG === '1';
const sets = isLong ? SETS : SETS.filter(({ name }) => name === 'analytics');
const seeds = isLong ? [1, 2, 3, 4, 5, 6] : [1, 2];

for (const engine of isLong ? ([14, 18] as const) : ([18] as const))
  for (const set of sets)
    describe(`${set.name}, PostgreSQL ${engine}`, { concurrency: 3 }, () => {
      const numbered = withSet(engine, set, async (at) => {
        const edges = await edgesOf(at.folder);
        return { edges, snapshot: await applied(at) };
      });
      for (const seed of ['the last first', ...seeds])
        test(`order ${seed}`, async () => {
          const { edges, snapshot } = await numbered;
          assert.ok(edges.length >= set.steps.length, `${edges.length} edges`);
          const other = reordered(set, edges, seed);
          assert.notDeepEqual(other.steps, set.steps);
          await withSet(engine, other, async (at) => {
            assert.deepEqual(brief(differenceOf(snapshot, await applied(at))), []);
          });
        });
    });

/** Files of a generator: new numbers are other names, which `Depends:` headers follow. */
describe('random migrations with valid dependencies', () => {
  const count = isLong ? 2000 : 300;
  for (const seed of seeds)
    test(`${count} of them, order ${seed}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tforder-'));
      try {
        writeRandomSet(join(folder, 'm'), count, seed);
        const files = readFolders([join(folder, 'm')], folder).files.map(({ file }) => file);
        const texts = new Map(
          files.sort().map((file) => [basename(file, '.sql'), readFileSync(join(folder, file), 'utf8')]),
        );
        const edges = await edgesOf(folder);
        const [numbered, other] = [filesIn(texts, [...texts.keys()]), filesIn(texts, shuffled(texts, edges, seed))];
        const [first, second] = await Promise.all([numbered, other].map((one) => withCli(18, one, applied)));
        assert.deepEqual(brief(differenceOf(first!, second!)), []);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
});

function shuffled(texts: ReadonlyMap<string, string>, edges: readonly InferredEdge[], seed: number): string[] {
  const next = randomFrom(seed);
  const needs = new Map([...texts].map(([stem, text]) => [stem, new Set(/^-- Depends: (\S+)$/m.exec(text)?.slice(1))]));
  for (const { from, to } of edges) needs.get(from)?.add(to);
  const left = new Set(texts.keys());
  const order: string[] = [];
  while (left.size > 0) {
    const free = [...left].filter((stem) => ![...needs.get(stem)!].some((one) => left.has(one)));
    const chosen = free[Math.floor(next() * free.length)]!;
    left.delete(chosen);
    order.push(chosen);
  }
  return order;
}

function filesIn(texts: ReadonlyMap<string, string>, order: readonly string[]): Files {
  const renamed = new Map(order.map((stem, i) => [stem, `${String(i + 1).padStart(4, '0')}${stem.slice(4)}`]));
  const withNames = (text: string) =>
    text.replace(/^(-- Depends: )(\S+)$/m, (_, head: string, stem: string) => head + renamed.get(stem));
  return Object.fromEntries([...texts].map(([stem, text]) => [`m/${renamed.get(stem)}.sql`, withNames(text)]));
}

async function applied(at: DatabaseWorkplace) {
  const run = await at.run(['migrate'], { timeoutMs: 300_000 });
  assert.equal(run.exit, 0, run.output);
  return snapshotOf(at.database);
}

async function edgesOf(folder: string): Promise<InferredEdge[]> {
  const { files } = readFolders([join(folder, 'm')], folder);
  const migrations = [...files].sort(compareByNumber).map((one) => one.load());
  return inferEdges(await footprintsOf(migrations, new SchemaLearner()));
}

/** Each step behind what it needs, otherwise by chance; or always the last of those that can come. */
function reordered(set: MigrationSet, edges: readonly InferredEdge[], seed: number | string): MigrationSet {
  const next = typeof seed === 'number' ? randomFrom(seed) : () => 0.999_999;
  const left = new Map(set.steps.map((step) => [versionOf(set, step.title), step]));
  const needs = new Map([...left].map(([version, step]) => [version, new Set(declared(set, step))]));
  for (const { from, to } of edges) needs.get(from)?.add(to);
  const steps: Step[] = [];
  while (left.size > 0) {
    const free = [...left.keys()].filter((version) => ![...needs.get(version)!].some((one) => left.has(one)));
    const chosen = free[Math.floor(next() * free.length)]!;
    steps.push(left.get(chosen)!);
    left.delete(chosen);
  }
  return { ...set, steps };
}

function declared(set: MigrationSet, { depends = [] }: Step): string[] {
  return depends.map((title) => versionOf(set, title));
}
