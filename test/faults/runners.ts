/**
 * Twenty runners at once on an empty database, some of them processes of their own: `direct`, all through PgBouncer in
 * transaction mode (`pooled`, with one to three server connections), or some so and some so (`mixed`). Each migration runs
 * exactly once, and every runner ends well.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Files, PROGRAM, startProgram, writeFiles } from '../support/cli.ts';
import { createDatabase, type TestDatabase } from '../support/servers.ts';
import { Violation } from './check.ts';
import { runEngine } from './engine-run.ts';
import type { Kind } from './kind.ts';
import { within } from './proxied-run.ts';
import type { Random } from './random.ts';
import { history } from './state.ts';

const RUNNERS = 20;
const PROCESSES = 2;
const ROUNDS = { 18: 40, 14: 10 } as const;
/** The last runner begins so much later than the first, at most. */
const SPREAD_MS = 150;

const WAYS = ['direct', 'pooled', 'mixed'] as const;

const count = (i: number) => `INSERT INTO witness VALUES (${i});`;
const pause = 'SELECT pg_sleep(0.02);';

/** Each adds its number to a table, once for each time it runs. */
const FILES: Readonly<Record<string, Files>> = {
  transactional: {
    'm/001_first.sql': `CREATE TABLE witness (i int);\n${count(1)}\n-- IRREVERSIBLE: test\n`,
    'm/002_second.sql': `${count(2)}\n${pause}\n-- IRREVERSIBLE: test\n`,
    'm/003_third.sql': `CREATE TABLE third (n int);\n${count(3)}\n-- VERIFY:\n-- SELECT count(*) = 3 FROM witness;\n-- IRREVERSIBLE: test\n`,
    'm/004_fourth.sql': `${pause}\n${count(4)}\n-- IRREVERSIBLE: test\n`,
  },
  steps: {
    'm/001_first.sql': `CREATE TABLE witness (i int);\n${count(1)}\n-- IRREVERSIBLE: test\n`,
    'm/002_second.sql': `${count(2)}\nCREATE INDEX CONCURRENTLY witness_i ON witness (i);\n-- IRREVERSIBLE: test\n`,
    'm/003_third.sql': `VACUUM witness;\n${count(3)}\n-- IRREVERSIBLE: test\n`,
    'm/004_fourth.sql': `DROP INDEX CONCURRENTLY witness_i;\n${count(4)}\n-- IRREVERSIBLE: test\n`,
  },
};

export const runners: Kind = {
  name: 'runners',
  parts: 5,
  sample: 2,
  async cases() {
    const names: string[] = [];
    for (const major of [18, 14] as const)
      for (let round = 1; round <= ROUNDS[major]; round++)
        for (const way of WAYS)
          for (const files of Object.keys(FILES)) names.push(`runners/${major}/${way}/${files}/${round}`);
    return names;
  },
  async run(world, name) {
    const [, major, way = '', files = ''] = name.split('/');
    const random = world.random(name);
    const { server } = await world.bed(Number(major));
    const pooler = await world.pooler(Number(major), 1 + random.below(3));
    const folder = mkdtempSync(join(tmpdir(), 'tfrunners-'));
    writeFiles(folder, FILES[files] ?? {});
    const database = await createDatabase(server);
    try {
      const urlOf = (i: number) => {
        const isPooled = way === 'pooled' || (way === 'mixed' && i % 2 === 0);
        return isPooled ? pooler.url(database.name) : database.url;
      };
      await race(folder, random, urlOf);
      await checkOnce(database);
    } finally {
      await database.drop();
      rmSync(folder, { recursive: true });
    }
  },
};

async function race(folder: string, random: Random, urlOf: (i: number) => string): Promise<void> {
  const all = Array.from({ length: RUNNERS }, async (_, i) => {
    const delayMs = random.below(SPREAD_MS);
    await sleep(delayMs);
    const why = await (i < PROCESSES ? runProcess(folder, urlOf(i)) : runHere(folder, urlOf(i)));
    return why === undefined ? [] : [`runner ${i}: ${why}`];
  });
  const failed = (await within(90_000, Promise.all(all))).flat();
  if (failed.length > 0)
    throw new Violation([`${failed.length} of ${RUNNERS} runners failed`, ...failed.slice(0, 4)].join('\n  '));
}

async function runHere(folder: string, url: string): Promise<string | undefined> {
  const { problem, crash } = await runEngine({ url, folder, action: 'migrate' });
  if (crash) return crash instanceof Error ? (crash.stack ?? crash.message) : String(crash);
  return problem && `${problem.code}: ${problem.message}; ${problem.fields.server?.message ?? ''}`;
}

async function runProcess(folder: string, url: string): Promise<string | undefined> {
  const env = { PATH: '/usr/bin:/bin', HOME: folder, LANG: 'C.UTF-8', TASKFLOW_DIRECTORIES: 'm', DATABASE_URL: url };
  const { exit, output } = await startProgram([process.execPath, PROGRAM, 'migrate'], folder, { env }).finished;
  return exit === 0 ? undefined : `exit ${exit}: ${output.slice(-600)}`;
}

async function checkOnce(database: TestDatabase): Promise<void> {
  const ran = (await database.sql('SELECT i FROM witness ORDER BY 1')).map(([i]) => i).join();
  if (ran !== '1,2,3,4') throw new Violation(`not each migration ran exactly once: ${ran}`);
  const { recorded, events, brokenAt } = await history(database);
  const applied = events.filter(({ event }) => event === 'applied').map(({ version }) => version);
  const versions = recorded.filter(({ success }) => success).map(({ version }) => version);
  if (versions.length !== 4 || applied.join() !== versions.join())
    throw new Violation(`recorded: ${versions.join()}; told as applied: ${applied.join()}`);
  if (brokenAt > 0) throw new Violation(`the chain of events is broken at ${brokenAt}`);
}
