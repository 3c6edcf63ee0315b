import { basename, dirname, resolve } from 'node:path';
import type { SquashFiles } from '../../files/squash-files.ts';
import { checksumOf } from '../../migration/checksum.ts';
import { manifestWithout } from '../manifest/keep-manifests.ts';

/** The manifests that lose the folded files and get the squash and what has a new header; Problem `manifest`. */
export function manifestsFor(
  { path, text, folded, kept }: Pick<SquashFiles, 'path' | 'text' | 'folded' | 'kept'>,
  directories: readonly string[],
  cwd: string,
): SquashFiles['kept'] {
  const written = [{ path, text }, ...kept];
  return directories.flatMap((directory) => {
    const folder = resolve(cwd, directory);
    const here = (one: { readonly path: string }) => dirname(one.path) === folder;
    const gone = new Set(folded.filter(here).map((one) => basename(one.path)));
    const present = written
      .filter(here)
      .map((one) => ({ name: basename(one.path), checksum: checksumOf(Buffer.from(one.text)) }));
    const changed = manifestWithout(folder, cwd, gone, present);
    return changed ? [{ path: changed.path, text: String(changed.content) }] : [];
  });
}
