import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { ReplacedFile } from '../../files/change-set.ts';
import { readUnchanged, withRegularFile } from '../../files/regular-file.ts';
import { type Mention, replaceMentions } from '../../renumber/mentions.ts';

/** A document that names a migration. */
export interface MentioningDocument {
  readonly file: string;
  readonly mentions: readonly Mention[];
  readonly change: ReplacedFile;
}

export interface DocumentPlaces {
  /** Folders of migrations. */
  readonly folders: readonly string[];
  /** Files and folders besides. */
  readonly mentions: readonly string[];
  readonly cwd: string;
}

/** Nobody writes a longer one by hand. */
const BYTES_MAX = 8 * 1024 * 1024;

/** Documents that name one of the versions, with the new names. What is no text in UTF-8 is passed over. */
export function documentsNaming(names: ReadonlyMap<string, string>, places: DocumentPlaces): MentioningDocument[] {
  if (names.size === 0) return [];
  return documentsIn(places).flatMap((path) => {
    const short = relative(places.cwd, path);
    return mentioning(path, short.startsWith('..') ? path : short, names) ?? [];
  });
}

function mentioning(path: string, file: string, names: ReadonlyMap<string, string>): MentioningDocument | undefined {
  const before = withRegularFile(path, file, (descriptor, size) =>
    size > BYTES_MAX ? Buffer.alloc(0) : readUnchanged(descriptor, size, file),
  );
  const found = before.toString('utf8');
  if (!Buffer.from(found).equals(before)) return undefined;
  const { text, mentions } = replaceMentions(found, names);
  if (mentions.length === 0) return undefined;
  return { file, mentions, change: { kind: 'replace', path, shown: file, content: text, before } };
}

/** Each once, by its real path, so that a link stays one. */
function documentsIn({ folders, mentions }: DocumentPlaces): string[] {
  const beside = folders.flatMap((folder) => [...markdownIn(folder), ...markdownIn(dirname(folder))]);
  const named = mentions
    .filter(existsSync)
    .flatMap((path) => (statSync(path).isDirectory() ? markdownBelow(path) : [path]));
  return [...new Set([...beside, ...named].map((path) => realpathSync(path)))].sort();
}

function markdownIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && isMarkdown(entry.name))
    .map(({ name }) => join(folder, name));
}

/** With all folders below, but for hidden ones and installed packages. */
function markdownBelow(folder: string): string[] {
  const below = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .flatMap(({ name }) => markdownBelow(join(folder, name)));
  return [...markdownIn(folder), ...below];
}

function isMarkdown(name: string): boolean {
  return /\.(?:md|markdown)$/i.test(name) && !name.startsWith('.');
}
