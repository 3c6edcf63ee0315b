import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LEVELS = 4;

/** The page of a rule, docs/rules/ID.md, which is installed with the program; undefined where it is not to be found. */
export function rulePage(id: string): string | undefined {
  for (const folder of places()) {
    try {
      return readFileSync(join(folder, 'docs/rules', `${id}.md`), 'utf8');
    } catch {
      // The next folder may have it.
    }
  }
  return undefined;
}

/** The folders above this program; a bundle knows only how it was called. */
function places(): string[] {
  const here: string | undefined = import.meta.url;
  const program = process.argv[1];
  const starts = [...(here ? [new URL('.', here).pathname] : []), ...(program ? [dirname(realpathSync(program))] : [])];
  return starts.flatMap((start) => {
    const folders = [start];
    while (folders.length < LEVELS) folders.push(dirname(folders.at(-1)!));
    return folders;
  });
}
