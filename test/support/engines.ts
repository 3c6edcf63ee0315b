/** The PostgreSQL installations that tests can start: one of each major from npm, and the machine's own. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, serverAccount } from '../../src/embedded/account.ts';
import { prepareBinaries } from '../../src/embedded/binaries.ts';
import { findBinaries, readPackage } from '../../src/embedded/package.ts';
import type { Runner } from '../../src/embedded/run.ts';
import { REPOSITORY } from './run-folder.ts';

/** A major version from npm, or the newest one that the machine itself has. */
export type Engine = number | 'system';

const SUPPLIED = [12, 13, 14, 15, 16, 17];
const NEWEST = 18;
const SYSTEM_ROOT = '/usr/lib/postgresql';

/** The majors from npm that are installed. */
export const majors: readonly number[] = [...SUPPLIED.filter((major) => existsSync(packageOf(major))), NEWEST];

/** The majors that should be there and are not: `node scripts/test-servers.mjs install` fetches them. */
export const missing: readonly number[] = SUPPLIED.filter((major) => !majors.includes(major));

/** The major version of the machine's own PostgreSQL, if it has one. */
export const systemMajor: number | undefined = systemMajors().at(-1);

export const engines: readonly Engine[] = systemMajor === undefined ? majors : [...majors, 'system'];

export function majorOf(engine: Engine): number {
  return engine === 'system' ? (systemMajor ?? 0) : engine;
}

/** How to run an engine's programs; `folder` takes what has to be made for it. */
export function runnerOf(engine: Engine, folder: string): Runner {
  const account: Account | undefined = serverAccount(folder);
  if (engine === 'system') return { binaries: { bin: systemBin() }, account };
  const found = engine === NEWEST ? findBinaries([REPOSITORY]) : readPackage(packageOf(engine));
  return { binaries: prepareBinaries(found, account, join(folder, 'lib')), account };
}

/** The folder with the machine's own psql, pg_dump and the like. */
export function systemBin(): string {
  if (systemMajor === undefined) throw new Error(`this machine has no PostgreSQL in ${SYSTEM_ROOT}`);
  return join(SYSTEM_ROOT, String(systemMajor), 'bin');
}

function packageOf(major: number): string {
  return join(REPOSITORY, 'test', 'servers', 'node_modules', `postgres-${major}`);
}

function systemMajors(): number[] {
  if (!existsSync(SYSTEM_ROOT)) return [];
  const names = readdirSync(SYSTEM_ROOT).filter((name) => existsSync(join(SYSTEM_ROOT, name, 'bin', 'initdb')));
  return names.map(Number).sort((a, b) => a - b);
}
