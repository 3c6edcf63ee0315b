import { readFileSync } from 'node:fs';
import { installedPath } from './installed.ts';

/** The page of a rule, docs/rules/ID.md, which is installed with the program; undefined where it is not to be found. */
export function rulePage(id: string): string | undefined {
  const path = installedPath(`docs/rules/${id}.md`);
  return path === undefined ? undefined : readFileSync(path, 'utf8');
}
