import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LEVELS = 4;

/** The path of what is installed with the program, such as `docs/rules/ID.md`; undefined where it is not to be found. */
export function installedPath(path: string): string | undefined {
  return places()
    .map((folder) => join(folder, path))
    .find((place) => existsSync(place));
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
