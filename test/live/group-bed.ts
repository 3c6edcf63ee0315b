/** Runs of the library in this process, with what is heard meanwhile: for what a test has to see or do in mid-run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadSettings } from '../../src/config/settings.ts';
import { type Engine, init, type MigrateResult, migrate, openEngine, type RunEvent } from '../../src/index.ts';
import { type Files, writeFiles } from '../support/cli.ts';
import { type TestDatabase, type Engine as TestEngine, withDatabase } from '../support/servers.ts';

export interface RunOptions {
  /** As on a terminal. */
  readonly live?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly onEvent?: (event: RunEvent) => void;
  readonly signal?: AbortSignal;
  readonly singleTransaction?: boolean;
}

export interface Run extends MigrateResult {
  readonly events: readonly RunEvent[];
  /** `started 001_a`, `applied 001_a`, ...: what was told of migrations, in order. */
  readonly told: readonly string[];
}

export interface Bed {
  readonly database: TestDatabase;
  readonly folder: string;
  write(files: Files): void;
  migrate(options?: RunOptions): Promise<Run>;
  /** Makes the tracking tables, so that migrate takes a database that holds something already. */
  init(): Promise<void>;
}

/** A database of its own and a folder `m` of migrations. */
export async function withBed<T>(major: TestEngine, files: Files, body: (bed: Bed) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tfgroup-'));
  try {
    writeFiles(folder, files);
    return await withDatabase(major, (database) =>
      body({
        database,
        folder,
        write: (more) => writeFiles(folder, more),
        migrate: (options = {}) => runIn(folder, database, options),
        init: async () => void (await init(await engineIn(folder, database, {}, () => {}))),
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runIn(folder: string, database: TestDatabase, options: RunOptions): Promise<Run> {
  const events: RunEvent[] = [];
  const engine = await engineIn(folder, database, options, (event) => {
    events.push(event);
    options.onEvent?.(event);
  });
  const result = await migrate(engine, { allowLate: false, singleTransaction: options.singleTransaction ?? false });
  const told = events.filter((event) => 'version' in event && ['started', 'applied', 'failed'].includes(event.kind));
  return { ...result, events, told: told.map((event) => `${event.kind} ${(event as { version: string }).version}`) };
}

function engineIn(
  folder: string,
  database: TestDatabase,
  { env: more, signal, live = false }: RunOptions,
  emit: (event: RunEvent) => void,
): Promise<Engine> {
  // What is kept of the data goes around each statement; here files go together.
  const env = { TASKFLOW_DIRECTORIES: 'm', TASKFLOW_BACKUP: 'never', ...more };
  return openEngine({
    settings: loadSettings({ cwd: folder, env, flags: {} }),
    flags: { url: database.url },
    env,
    cwd: folder,
    toolVersion: '0.0.0-test',
    signal: signal ?? new AbortController().signal,
    live,
    mayCreateEmbedded: false,
    mask: (text) => text,
    onSecret: () => {},
    emit,
  });
}

/**
 * Asks until it is so, ever less often: each look takes a connection, and its processor time from what is waited for. The time
 * is none that a slow machine could need: without it a failing test would hang.
 */
export async function until<T>(
  what: string,
  read: () => Promise<T | undefined | false>,
  withinMs = 150_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (let pauseMs = 10; performance.now() < end; pauseMs = Math.min(1.2 * pauseMs, 100)) {
    const found = await read();
    if (found) return found;
    await sleep(pauseMs);
  }
  throw new Error(`${what}: not within ${withinMs} ms`);
}

export const versionOf = (i: number) => `${String(i).padStart(3, '0')}_step`;

/** Numbered 1 to n; `sql(i)` is the text of each. */
export function numbered(n: number, sql: (i: number) => string): Files {
  const numbers = Array.from({ length: n }, (_, i) => i + 1);
  return Object.fromEntries(numbers.map((i) => [`m/${versionOf(i)}.sql`, sql(i)]));
}

/** Each leaves one row, twice if it ran twice; the first makes the tables. */
export function witness(i: number): string {
  const first =
    i === 1 ? 'CREATE TABLE witness (i int);\nCREATE TABLE sums (x int);\nINSERT INTO sums VALUES (0);\n' : '';
  return `-- Step ${i}\n${first}INSERT INTO witness VALUES (${i});\nUPDATE sums SET x = x + 1;\n-- IRREVERSIBLE: test\n`;
}

/** The witnesses in order of i, and their count as summed up. */
export async function witnesses({ database }: Pick<Bed, 'database'>): Promise<{ ran: number[]; sum: number }> {
  const rows = await database.sql('SELECT i FROM witness ORDER BY i');
  const [sum] = await database.sql('SELECT x FROM sums');
  return { ran: rows.map(([i]) => Number(i)), sum: Number(sum?.[0]) };
}

/** Every row of the ledger as `version success type`, in the order of application. */
export async function recorded({ database }: Pick<Bed, 'database'>): Promise<string[]> {
  const rows = await database.sql(
    "SELECT concat_ws(' ', version, success, error_message) FROM schema_migrations ORDER BY success DESC, applied_order, version",
  );
  return rows.map(([row]) => row ?? '');
}

/** Every event about a migration, as `event version`, in order; waits for locks, of which there may be any number, apart. */
export async function trail({ database }: Pick<Bed, 'database'>): Promise<string[]> {
  const rows = await database.sql(
    "SELECT concat_ws(' ', event, version) FROM schema_migration_events WHERE version IS NOT NULL AND event <> 'lock_wait' ORDER BY seq",
  );
  return rows.map(([row]) => row ?? '');
}

export const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);
