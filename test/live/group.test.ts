/** Small migrations that are written to the server together: each is applied and recorded or neither, whatever ends the run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../../src/index.ts';
import { onServers } from '../support/on-servers.ts';
import { majors } from '../support/servers.ts';
import {
  type Bed,
  numbered,
  type Run,
  recorded,
  trail,
  upTo,
  versionOf,
  withBed,
  witness,
  witnesses,
} from './group-bed.ts';
import { holding } from './steps-bed.ts';

const ALL = 40;
const versions = (n: number) => upTo(n).map(versionOf);
const files = numbered(ALL, witness);

/** What is on record after the first n were applied: two events each. */
const completeTrail = (n: number) => versions(n).flatMap((version) => [`started ${version}`, `applied ${version}`]);

async function assertApplied(bed: Bed, n: number): Promise<void> {
  assert.deepEqual(await witnesses(bed), { ran: upTo(n), sum: n });
  const inForce = (await recorded(bed)).filter((row) => row.endsWith(' t'));
  assert.deepEqual(
    inForce,
    versions(n).map((version) => `${version} t`),
  );
}

/** Twelve of 1 to 40, the edges of groups among them, others by chance. */
function positions(): number[] {
  const chosen = new Set([1, 2, 31, 32, 33, 34, 40]);
  while (chosen.size < 12) chosen.add(1 + Math.floor(Math.random() * ALL));
  return [...chosen].sort((a, b) => a - b);
}

for (const major of onServers(import.meta.url, 14, 18)) {
  for (const live of [false, true]) {
    test(`PostgreSQL ${major}, ${live ? 'watched' : 'not watched'}: all of 40 in order, in rows and in events`, () =>
      withBed(major, files, async (bed) => {
        const run = await bed.migrate({ live });
        assert.equal(run.ok, true);
        await assertApplied(bed, ALL);
        assert.deepEqual(await trail(bed), completeTrail(ALL));
        assert.deepEqual(
          run.told.filter((one) => one.startsWith('applied')),
          versions(ALL).map((version) => `applied ${version}`),
        );
        for (const version of versions(ALL)) {
          assert.ok(run.told.indexOf(`started ${version}`) < run.told.indexOf(`applied ${version}`), version);
        }
        assert.deepEqual(
          run.migrations.map((one) => [one.version, one.state, Number.isInteger(one.executionTimeMs)]),
          versions(ALL).map((version) => [version, 'applied', true]),
        );
        const statements = run.events.filter((event) => event.kind === 'statement');
        assert.equal(statements.length, 2 * ALL + 3);
      }));
  }
}

for (const [turn, at] of positions().entries()) {
  const major = turn % 2 === 0 ? 14 : 18;
  const live = turn % 3 === 0;
  test(`PostgreSQL ${major}: a failure at place ${at} of ${ALL}, ${live ? '' : 'not '}watched: those before are applied, none after ran`, () => {
    const broken = witness(at).replace('-- IRR', '\nSELECT 1 / 0;\n-- IRR');
    const file = `m/${versionOf(at)}.sql`;
    return withBed(major, { ...files, [file]: broken }, async (bed) => {
      const line = broken.split('\n').indexOf('SELECT 1 / 0;') + 1;
      await assertFailedAt(bed, await bed.migrate({ live }), at, line);
      bed.write({ [file]: witness(at) });
      assert.equal((await bed.migrate()).ok, true);
      await assertApplied(bed, ALL);
      assert.deepEqual((await trail(bed)).slice(2 * at), completeTrail(ALL).slice(2 * (at - 1)));
    });
  });
}

async function assertFailedAt(bed: Bed, run: Run, at: number, line: number): Promise<void> {
  const version = versionOf(at);
  const { failed } = run;
  assert.deepEqual(
    [run.ok, failed?.version, failed?.file, failed?.line, failed?.column, failed?.sqlstate],
    [false, version, `m/${version}.sql`, line, 1, '22012'],
  );
  assert.deepEqual(
    run.migrations.map((one) => one.state),
    upTo(ALL).map((i) => (i < at ? 'applied' : i === at ? 'failed' : 'pending')),
  );
  if (at > 1) await assertApplied(bed, at - 1);
  assert.ok((await recorded(bed)).includes(`${version} f division by zero`));
  assert.deepEqual(await trail(bed), [...completeTrail(at - 1), `started ${version}`, `failed ${version}`]);
  assert.equal(run.told.at(-1), `failed ${version}`);
}

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: a deferred constraint that fails at the end is that migration's failure`, () => {
    const tables = `CREATE TABLE parents (id int PRIMARY KEY);
CREATE TABLE children (parent int REFERENCES parents DEFERRABLE INITIALLY DEFERRED);\n`;
    const more = {
      'm/003_step.sql': `${tables}${witness(3)}`,
      'm/005_step.sql': `INSERT INTO children VALUES (7);\n${witness(5)}`,
    };
    return withBed(major, { ...numbered(8, witness), ...more }, async (bed) => {
      const run = await bed.migrate();
      assert.deepEqual([run.failed?.version, run.failed?.sqlstate], ['005_step', '23503']);
      await assertApplied(bed, 4);
      assert.deepEqual(await bed.database.sql('SELECT * FROM children'), []);
    });
  });

  test(`PostgreSQL ${major}: a lock that another session holds is tried again until it is free, nothing is lost or doubled`, async () => {
    const locked = numbered(20, (i) => (i === 10 ? `ALTER TABLE busy ADD COLUMN n int;\n${witness(i)}` : witness(i)));
    for (const live of [false, true]) {
      await withBed(major, locked, async (bed) => {
        await bed.database.sql('CREATE TABLE busy (a int)');
        await bed.init();
        const holder = await holding(bed.database, HOLD);
        let released: Promise<void> | undefined;
        const onEvent = (event: RunEvent) => {
          if (event.kind === 'lock_wait' && event.phase === 'refused') released ??= holder.release();
        };
        const run = await bed.migrate({ live, onEvent });
        await released;
        assert.equal(run.problem?.message, undefined);
        assert.ok(run.events.some((event) => event.kind === 'lock_wait' && event.version === versionOf(10)));
        await assertApplied(bed, 20);
        assert.deepEqual(await bed.database.sql(WAITED), [[versionOf(10)]]);
        assert.deepEqual(await trail(bed), completeTrail(20));
        assert.deepEqual(
          run.told.filter((one) => one.startsWith('applied')),
          versions(20).map((version) => `applied ${version}`),
        );
      });
    }
  });
}

const WAITED = "SELECT DISTINCT version FROM schema_migration_events WHERE event = 'lock_wait'";
const HOLD = 'LOCK TABLE busy IN ACCESS SHARE MODE';

test('a lock that is not to be had within the budget: gave up, and those before it are said to be applied', () =>
  withBed(
    18,
    numbered(20, (i) => (i === 10 ? `ALTER TABLE busy ADD COLUMN n int;\n${witness(i)}` : witness(i))),
    async (bed) => {
      await bed.database.sql('CREATE TABLE busy (a int)');
      await bed.init();
      const holder = await holding(bed.database, HOLD);
      const run = await bed.migrate({ env: { TASKFLOW_LOCK_BUDGET: '300ms', TASKFLOW_LOCK_TIMEOUT: '50ms' } });
      assert.equal(run.problem?.code, 'lock-timeout');
      await assertApplied(bed, 9);
      assert.equal(run.failed?.version, versionOf(10));
      assert.deepEqual(
        run.migrations.map((one) => one.state),
        upTo(20).map((i) => (i < 10 ? 'applied' : i === 10 ? 'failed' : 'pending')),
      );
      assert.deepEqual(await trail(bed), [...completeTrail(9), `started ${versionOf(10)}`, `failed ${versionOf(10)}`]);
      await holder.release();
      assert.equal((await bed.migrate()).ok, true);
      await assertApplied(bed, 20);
    },
  ));

test('stopped by hand while it waits to try again: those before are applied, the waiting one is on record as cancelled', () =>
  withBed(
    18,
    numbered(20, (i) => (i === 10 ? `ALTER TABLE busy ADD COLUMN n int;\n${witness(i)}` : witness(i))),
    async (bed) => {
      await bed.database.sql('CREATE TABLE busy (a int)');
      await bed.init();
      const holder = await holding(bed.database, HOLD);
      const controller = new AbortController();
      const onEvent = (event: RunEvent) => void (event.kind === 'lock_wait' && setImmediate(() => controller.abort()));
      const run = await bed.migrate({ onEvent, signal: controller.signal, env: { TASKFLOW_LOCK_TIMEOUT: '50ms' } });
      assert.equal(run.problem?.code, 'cancelled');
      assert.equal(run.problem?.fields.version, versionOf(10));
      await assertApplied(bed, 9);
      assert.deepEqual(
        run.migrations.map((one) => one.state),
        upTo(20).map((i) => (i < 10 ? 'applied' : 'pending')),
      );
      assert.deepEqual(await trail(bed), [
        ...completeTrail(9),
        `started ${versionOf(10)}`,
        `cancelled ${versionOf(10)}`,
      ]);
      await holder.release();
      assert.equal((await bed.migrate()).ok, true);
      await assertApplied(bed, 20);
    },
  ));

test('notices come with the migration that raised them', () =>
  withBed(
    18,
    numbered(10, (i) => `DO $$ BEGIN RAISE WARNING 'step ${i}'; END $$;\n${witness(i)}`),
    async (bed) => {
      const heard = (await bed.migrate()).events.filter((event) => event.kind === 'notice');
      assert.deepEqual(
        heard.map((event) => [event.version, event.message]),
        upTo(10).map((i) => [versionOf(i), `step ${i}`]),
      );
    },
  ));

test('not watched: what is announced comes behind the last commit of its group, which waits for the disk', () =>
  withBed(18, files, async (bed) => {
    const { told } = await bed.migrate();
    const first = told.slice(0, 64);
    assert.deepEqual(
      first.slice(0, 32).map((one) => one.split(' ')[0]),
      Array(32).fill('started'),
    );
    assert.deepEqual(
      first.slice(32).map((one) => one.split(' ')[0]),
      Array(32).fill('applied'),
    );
  }));

test('only the last of a group, and what is watched, waits for the disk', async () => {
  for (const live of [false, true]) {
    await withBed(
      18,
      numbered(6, (i) => `${i === 1 ? SPY : ''}${witness(i)}`),
      async (bed) => {
        assert.equal((await bed.migrate({ live })).problem?.message, undefined);
        const seen = await bed.database.sql('SELECT sync FROM spy ORDER BY version');
        const expected = live ? Array(6).fill(['on']) : [...Array(5).fill(['off']), ['on']];
        assert.deepEqual(seen, expected);
      },
    );
  }
});

/** Notes down, as each migration is recorded, whether its commit waits for the disk. */
const SPY = `CREATE TABLE spy (version text, sync text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO public.spy VALUES (NEW.version, current_setting('synchronous_commit')); RETURN NEW; END $$;
CREATE TRIGGER note AFTER INSERT ON public.schema_migrations FOR EACH ROW EXECUTE FUNCTION note();\n`;

test('what cannot go with others is applied between them in its turn', () => {
  const kinds: Record<number, string> = {
    3: `${witness(3).replace('-- IRR', '-- VERIFY:\n-- SELECT count(*) = 3 FROM witness;\n\n-- IRR')}`,
    5: 'CREATE INDEX CONCURRENTLY witness_i ON witness (i);\nINSERT INTO witness VALUES (5);\nUPDATE sums SET x = x + 1;\n-- IRREVERSIBLE: test\n',
    8: 'COPY witness FROM stdin;\n8\n\\.\nUPDATE sums SET x = x + 1;\n-- IRREVERSIBLE: test\n',
    9: `/* ${'x'.repeat(300_000)} */\n${witness(9)}`,
  };
  return withBed(
    18,
    numbered(12, (i) => kinds[i] ?? witness(i)),
    async (bed) => {
      const run = await bed.migrate();
      assert.equal(run.problem?.message, undefined);
      await assertApplied(bed, 12);
      const started = (await trail(bed)).filter((one) => one.startsWith('started'));
      assert.deepEqual(
        started,
        versions(12).map((version) => `started ${version}`),
      );
    },
  );
});

test('every other version: a failure in the middle, then the rest', async () => {
  for (const major of majors.filter((one) => one !== 14 && one !== 18)) {
    await withBed(
      major,
      { ...numbered(12, witness), 'm/007_step.sql': 'SELECT 1 / 0;\n-- IRREVERSIBLE: test\n' },
      async (bed) => {
        assert.equal((await bed.migrate()).failed?.version, '007_step', String(major));
        await assertApplied(bed, 6);
        bed.write({ 'm/007_step.sql': witness(7) });
        assert.equal((await bed.migrate()).ok, true, String(major));
        await assertApplied(bed, 12);
      },
    );
  }
});
