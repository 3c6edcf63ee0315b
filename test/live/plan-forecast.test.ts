/**
 * What `plan` foresees against what `migrate --dry-run=live` sees on the same database: every lock that holds up the
 * application and every table that is written anew, over TaskFlow's own migrations and sets of others, half of them applied.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { ForecastLock } from '../../src/forecast/forecast.ts';
import type { PlannedStatementView, PlanReport } from '../../src/forecast/plan-report.ts';
import type { LiveDryRun, TriedStatement } from '../../src/report/dry-run.ts';
import { identity } from '../sets/identity.ts';
import { shop } from '../sets/shop.ts';
import { filesOf, type MigrationSet } from '../sets/step.ts';
import { tracker } from '../sets/tracker.ts';
import { type Files, withCli } from '../support/cli.ts';
import { REPOSITORY } from '../support/run-folder.ts';
import { server } from '../support/servers.ts';

interface Pair {
  readonly where: string;
  readonly planned: PlannedStatementView;
  readonly seen: TriedStatement;
}

/** Each statement that the dry run tried, as it was planned and as it was seen. */
async function pairsOf(files: Files): Promise<Pair[]> {
  const names = Object.keys(files).sort();
  const first = names.slice(0, names.length / 2).map((name) => [name, files[name]!]);
  return withCli(18, Object.fromEntries(first), async (at) => {
    assert.equal((await at.run(['migrate'])).exit, 0);
    at.write(files);
    const plan = (await at.run(['plan', '--json'])).json<PlanReport & Record<string, unknown>>();
    const dry = (await at.run(['migrate', '--dry-run=live', '--json'])).json<LiveDryRun & Record<string, unknown>>();
    assert.equal(dry.outcome, 'passed');
    const seen = new Map(
      dry.migrations.flatMap(({ version, statements }) =>
        statements
          .filter(({ state }) => state === 'passed')
          .map((one) => [`${version}:${one.line}:${one.column}`, one]),
      ),
    );
    return plan.migrations.flatMap(({ version, steps }) =>
      steps.flatMap(({ statements }) =>
        statements.flatMap((planned) => {
          const tried = seen.get(`${version}:${planned.line}:${planned.column}`);
          return tried ? [{ where: `${version}:${planned.line} ${planned.sql}`, planned, seen: tried }] : [];
        }),
      ),
    );
  });
}

const STALLS = [null, 'writes', 'reads and writes'] as const;
const weight = ({ stalls }: Pick<ForecastLock, 'stalls'>) => STALLS.indexOf(stalls);
const tableOf = ({ table, relation }: { readonly table: string | null; readonly relation: string }) =>
  table ?? relation;

function notForeseen({ where, planned, seen }: Pair): string[] {
  if (planned.unforeseen !== null) return [];
  const locks = seen.locks.filter((lock) => {
    const same = planned.locks.filter(
      (one) => [one.relation, one.table].includes(lock.relation) || tableOf(one) === tableOf(lock),
    );
    return lock.stalls !== null && !same.some((one) => weight(one) >= weight(lock));
  });
  const rewritten = seen.rewrites.filter(({ type }) => type === 'table' && !planned.rewrites);
  return [
    ...locks.map(({ relation, mode }) => `${where}: ${mode} on ${relation}`),
    ...rewritten.map(() => `${where}: rewritten`),
  ];
}

/** Tables that are said to be held up and are not, or less, over the whole run: what a transaction holds it does not take again. */
function foreseenInVain(pairs: readonly Pair[]): string[] {
  const strongest = (locks: readonly Pick<ForecastLock, 'relation' | 'table' | 'stalls'>[]) => {
    const found = new Map<string, number>();
    for (const lock of locks) found.set(tableOf(lock), Math.max(weight(lock), found.get(tableOf(lock)) ?? 0));
    return found;
  };
  const foreseen = strongest(pairs.flatMap(({ planned }) => planned.locks.filter(({ isNew }) => !isNew)));
  const seen = strongest(pairs.flatMap((pair) => pair.seen.locks));
  return [...foreseen].filter(([relation, most]) => most > (seen.get(relation) ?? 0)).map(([relation]) => relation);
}

async function setFiles({ roles, ...set }: MigrationSet): Promise<Files> {
  const on = await server(18);
  for (const role of roles)
    await on.sql(
      'postgres',
      `DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
    );
  return filesOf({ ...set, roles });
}

const OWN = join(REPOSITORY, 'database/migrations');

const CASES: readonly (readonly [name: string, files: () => Promise<Files>, renamed: readonly string[]])[] = [
  [
    'TaskFlow',
    async () => Object.fromEntries(readdirSync(OWN).map((name) => [`m/${name}`, readFileSync(join(OWN, name))])),
    [],
  ],
  ['identity', () => setFiles(identity), []],
  // It is sales.carts when the run begins; the dry run calls it so to the end.
  ['shop', () => setFiles(shop), ['crm.carts']],
  ['tracker', () => setFiles(tracker), []],
];

describe('locks and rewrites of the plan are those that are seen', { concurrency: 2 }, () => {
  for (const [name, files, renamed] of CASES) {
    test(name, async () => {
      const pairs = await pairsOf(await files());
      assert.ok(pairs.length > 70, `only ${pairs.length} statements`);
      assert.ok(
        pairs.some(({ seen }) => seen.locks.some(({ stalls }) => stalls !== null)),
        'nothing was locked',
      );
      assert.deepEqual(pairs.flatMap(notForeseen), []);
      assert.deepEqual(foreseenInVain(pairs), renamed);
    });
  }
});
