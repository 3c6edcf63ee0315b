import { type ClientProgram, clientPrograms } from '../../postgres/programs.ts';
import type { ServerInfo } from '../../postgres/server-info.ts';
import { notForChild } from '../../postgres/target/child-environment.ts';
import { Problem } from '../../problem/problem.ts';
import type { Engine } from '../engine.ts';

/** By which pg_dump, or why by none. */
export type Method = { readonly program: ClientProgram } | { readonly program: undefined; readonly why: string };

/** Those of this machine, or of the folder that the user named. */
export function findDumpPrograms({ settings, env }: Engine): Promise<ClientProgram[]> {
  return clientPrograms('pg_dump', { folder: settings.backup.programs, env });
}

/** The newest pg_dump that knows the server's version and can be told to connect as we did. */
export function chooseMethod(engine: Engine, server: ServerInfo, found: readonly ClientProgram[]): Method {
  const major = Math.trunc(server.versionNum / 10_000);
  const program = found.find((one) => one.major >= major && notForChild(engine.target, one.major) === undefined);
  return program ? { program } : { program: undefined, why: whyNone(engine, found, server, major) };
}

function whyNone(
  { settings, target }: Engine,
  found: readonly ClientProgram[],
  server: ServerInfo,
  major: number,
): string {
  const [newest] = found;
  const { programs: folder } = settings.backup;
  if (!newest) return `there is no pg_dump ${folder ? `in ${folder}` : 'on the PATH or where packages put it'}`;
  const unfit = notForChild(target, newest.major);
  if (newest.major >= major && unfit !== undefined) return `pg_dump cannot connect as this run did: ${unfit}`;
  return `the newest pg_dump here is ${newest.version} (${newest.path}), and the server is ${server.version}`;
}

/** Options for pg_dump say what the backup is to be; without pg_dump nobody heeds them. */
export function refuseUnheeded(options: readonly string[], why: string): void {
  if (options.length === 0) return;
  throw new Problem('backup-failed', 'there are options for pg_dump, and no pg_dump that could heed them', {
    found: `${options.join(' ')}; ${why}`,
    expected: 'a pg_dump at least as new as the server, or no options for it ("backupOptions", and behind --)',
    state: 'Nothing was written.',
    next: ['Install it, or name the folder that it is in: "backupPrograms".'],
  });
}

export function noProgram(why: string): Problem {
  return new Problem('backup-failed', 'there is no pg_dump for this server', {
    found: why,
    state: 'Nothing was written.',
    next: ['Install it, name the folder that it is in ("backupPrograms"), or leave --method out.'],
  });
}
