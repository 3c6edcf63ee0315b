import { extensionsWith } from './extension-members.ts';
import type { Marks } from './marks.ts';
import { globalPath } from './paths.ts';

/** Something that no file has made may come with an extension. */
export function markExtension(marks: Marks, name: string): void {
  for (const extension of extensionsWith(name)) marks.reads(globalPath('extension', extension));
}
