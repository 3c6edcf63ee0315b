/** Programs in place of pg_dump that hold a backup where a test wants it, or fail as the real one would. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemBin } from '../support/servers.ts';
import { until } from './group-bed.ts';

interface Place {
  readonly folder: string;
}

/** Makes such a program of a few lines of sh, which may call the real one as "$real"; returns the variable that names its folder. */
export function dumpBy({ folder }: Place, lines: string, version = ''): Record<string, string> {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const real = join(systemBin(), 'pg_dump');
  const said = version === '' ? `exec ${real} --version` : `echo 'pg_dump (PostgreSQL) ${version}'; exit`;
  const text = `#!/bin/sh\nreal=${real}\n[ "$1" = --version ] && { ${said}; }\n${FILE}${lines}\n`;
  writeFileSync(join(bin, 'pg_dump'), text);
  chmodSync(join(bin, 'pg_dump'), 0o755);
  return { TASKFLOW_BACKUP_PROGRAMS: bin };
}

const FILE = `for one; do case "$one" in --file=*) file="\${one#--file=}";; esac; done\n`;

/** Writes something, waits until the test opens the gate, and then is pg_dump. */
export const GATED = `echo beginning > "$file"
echo $$ > "$HOME/at-gate"
while [ ! -e "$HOME/open" ]; do sleep 0.02; done
rm "$file"
exec "$real" "$@"`;

export async function atGate({ folder }: Place): Promise<void> {
  await until('the dump is at the gate', async () => existsSync(join(folder, '.home', 'at-gate')));
}

export function openGate({ folder }: Place): void {
  writeFileSync(join(folder, '.home', 'open'), '');
}
