import { keyOfPath } from '../graph/object.ts';
import { extensionsWith, isServers } from './extension-members.ts';
import type { Marks } from './marks.ts';
import { globalPath } from './paths.ts';

/** Something that no file has made may come with an extension. */
export function markExtension(marks: Marks, name: string): void {
  const paths = extensionsWith(name).map((extension) => globalPath('extension', extension));
  const made = paths.filter((path) => marks.made.has(keyOfPath(path)));
  for (const path of paths) marks.reads(path, { unsure: made.length !== 1 || isServers(name) });
}
