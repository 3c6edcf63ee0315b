/**
 * The disk is full: the database lies in a tablespace on a small file system of its own, on which so many pages are free when
 * the run begins. From 0 on, until a run goes through.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from '../support/run-folder.ts';
import { createDatabase, type TestDatabase, uniqueName } from '../support/servers.ts';
import { type Bed, quiet } from './bed.ts';
import { checkAfterFault, checkSaid, Violation } from './check.ts';
import type { Told } from './engine-run.ts';
import type { Kind, World } from './kind.ts';
import { mend, startRun } from './proxied-run.ts';

const PAGE_BYTES = 8192;
const CASES = 60;
const PAGES_STEP = 3;

export const full: Kind = {
  name: 'full',
  parts: 3,
  sample: 2,
  cases: async () => Array.from({ length: CASES }, (_, i) => `full/18/${i * PAGES_STEP}`),
  async run(world: World, name) {
    const [, major, pages] = name.split('/');
    const bed = await world.bed(Number(major));
    if (!(await mayMount())) return withoutDisk(bed, Number(pages));
    await withSmallDisk(bed, async (disk, tablespace) => {
      const database = await createDatabase(bed.server);
      try {
        await database.server.sql('postgres', `ALTER DATABASE ${database.name} SET TABLESPACE ${tablespace}`);
        const told = await fillAndRun(bed, database, disk, Number(pages));
        await checkRefusal(bed, database, told, '53100');
      } finally {
        await database.drop();
      }
    });
  },
};

async function fillAndRun(bed: Bed, database: TestDatabase, disk: string, pages: number): Promise<Told> {
  const filler = join(disk, 'filler');
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - pages * PAGE_BYTES), 1));
  const told = await startRun(bed, database, { action: 'migrate' }).told;
  rmSync(filler);
  return told;
}

/**
 * A near substitute where nobody may mount: from a message of the tool on, the server may make no more files in the database's
 * folder.
 */
async function withoutDisk(bed: Bed, pages: number): Promise<void> {
  await bed.withDatabase('new', async (database) => {
    const [oid] = await database.sql('SELECT oid FROM pg_database WHERE datname = current_database()');
    const folder = join(bed.server.dataDirectory, 'base', oid?.[0] ?? '');
    const run = startRun(bed, database, { action: 'migrate' }, ({ direction, number }) => {
      if (direction === 'front' && number === pages * 8 + 1) chmodSync(folder, 0o500);
      return 'pass';
    });
    const told = await run.told;
    chmodSync(folder, 0o700);
    await checkRefusal(bed, database, told, '42501');
  });
}

async function checkRefusal(bed: Bed, database: TestDatabase, told: Told, expected: string): Promise<void> {
  await quiet(database);
  await checkAfterFault(bed, database, 'migrate', told);
  const { problem } = told;
  const sqlstate = problem?.fields.server?.sqlstate;
  if (problem && sqlstate !== expected)
    throw new Violation(`the disk is full, and it says ${sqlstate} ${problem.message}`);
  await mend(bed, database, 'migrate', false);
  checkSaid(told);
}

let mountable: Promise<boolean> | undefined;

/** Root in most containers may not. */
function mayMount(): Promise<boolean> {
  mountable ??= runFolder().then((folder) => {
    const probe = join(folder, uniqueName('probe'));
    mkdirSync(probe);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', probe]).status === 0;
    if (mounted) command('umount', probe);
    rmSync(probe, { recursive: true });
    return mounted;
  });
  return mountable;
}

/** A file system of memory, mounted for one case. */
async function withSmallDisk(bed: Bed, use: (disk: string, tablespace: string) => Promise<void>): Promise<void> {
  const disk = join(await runFolder(), uniqueName('disk'));
  mkdirSync(disk);
  command('mount', '-t', 'tmpfs', '-o', 'size=24m,mode=0755', 'tmpfs', disk);
  const tablespace = uniqueName('small');
  try {
    const place = join(disk, 'data');
    mkdirSync(place, { mode: 0o700 });
    const { uid, gid } = statSync(bed.server.dataDirectory);
    chownSync(place, uid, gid);
    await bed.server.sql('postgres', `CREATE TABLESPACE ${tablespace} LOCATION '${place}'`);
    await use(disk, tablespace);
  } finally {
    await bed.server.sql('postgres', `DROP TABLESPACE IF EXISTS ${tablespace}`);
    command('umount', disk);
    rmSync(disk, { recursive: true });
  }
}

function command(program: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
