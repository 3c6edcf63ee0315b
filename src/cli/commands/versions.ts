import { readdirSync } from 'node:fs';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import type { CommandContext } from '../context.ts';

const MIGRATION_FILE = /^(\d+[_-][A-Za-z0-9_-]*)\.(?:sql|ts|mjs)$/;

/** A shell asks for this at each press of Tab: names only, no file is opened, and what cannot be read is left out. */
export async function run({ settings, stdout }: CommandContext): Promise<ExitStatus> {
  const names = settings().directories.flatMap(listFolder);
  const versions = names.flatMap((name) => MIGRATION_FILE.exec(name)?.[1] ?? []);
  for (const version of [...new Set(versions)].sort()) stdout.line(version);
  return EXIT.done;
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
