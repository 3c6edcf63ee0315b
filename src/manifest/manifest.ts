import { compareByNumber } from '../graph/order.ts';
import { textChecksumOf } from '../migration/checksum.ts';
import { parseFileName } from '../migration/filename.ts';
import { Problem } from '../problem/problem.ts';

/**
 * The manifest of a folder of migrations: a line for each file, `NAME CHECKSUM LINK`, in the order of number, then name. The
 * link is the SHA-256 of the line before with its line break (64 zeros in the first), so that two branches which both add a
 * file change the same place of it, and Git reports a conflict instead of merging them unseen.
 */
export const MANIFEST_NAME = 'migrations.lock';

/** What the manifest says of one file. */
export interface ManifestEntry {
  /** `003_add_orders.sql` */
  readonly name: string;
  /** Of the file, as in the tracking table. */
  readonly checksum: string;
}

export const FIRST_LINK = '0'.repeat(64);

const HEAD = `# Every migration of this folder, written by taskflow-db: file, SHA-256, and the
# SHA-256 of the line before, so that two branches which both add one meet in a
# conflict. Leave it as Git left it, and mend it with: taskflow-db renumber
`;

/** The whole file. */
export function manifestText(entries: readonly ManifestEntry[]): string {
  let link = FIRST_LINK;
  const lines = [...entries].sort(byPlace).map((entry) => {
    const line = lineOf(entry, link);
    link = linkTo(line);
    return line;
  });
  return HEAD + lines.join('');
}

function lineOf({ name, checksum }: ManifestEntry, link: string): string {
  return `${name} ${checksum} ${link}\n`;
}

/** What the line behind this one begins from. `line`: with its line break. */
export function linkTo(line: string): string {
  return textChecksumOf(line);
}

/** The order of the lines: that of the numbers, then that of the names. */
export function byPlace(a: ManifestEntry, b: ManifestEntry): number {
  return compareByNumber(placeOf(a.name), placeOf(b.name));
}

function placeOf(name: string): { number: bigint; version: string } {
  const parsed = parseFileName(name);
  return parsed instanceof Problem ? { number: 0n, version: name } : parsed;
}
