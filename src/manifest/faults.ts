import { withoutEnding } from '../migration/filename.ts';
import { byPlace, FIRST_LINK, type ManifestEntry } from './manifest.ts';
import type { ManifestLine, ManifestReading } from './read-manifest.ts';

/**
 * `conflict`: Git's markers stand in it. `chain`: a line does not continue the one before. `order`: a line stands behind a higher
 * one. `twice`: a file has two lines. `unrecorded`: it has none. `gone`: a line has no file. `changed`: the file is not what was
 * recorded. `unreadable`: it is no manifest.
 */
export type ManifestFaultKind =
  | 'unreadable'
  | 'conflict'
  | 'chain'
  | 'order'
  | 'twice'
  | 'unrecorded'
  | 'gone'
  | 'changed';

export interface ManifestFault {
  readonly kind: ManifestFaultKind;
  /** The version concerned; null where it is about the whole. */
  readonly version: string | null;
  /** Of the manifest; null where it has none. */
  readonly line: number | null;
  /** One sentence without a full stop. */
  readonly detail: string;
}

/** What is wrong with a manifest, by its lines, then what it lacks. `files`: what is in its folder. */
export function manifestFaults(reading: ManifestReading, files: readonly ManifestEntry[]): ManifestFault[] {
  const { lines, conflict } = reading;
  if (conflict !== undefined) {
    return [{ kind: 'conflict', version: null, line: conflict, detail: 'it has conflict markers of Git' }];
  }
  const byName = new Map(files.map((file) => [file.name, file]));
  const seen = new Set<string>();
  const found = lines.flatMap((line, i) => {
    const faults = [...linkFaults(line, lines[i - 1]), ...ofFile(line, byName.get(line.name), seen.has(line.name))];
    seen.add(line.name);
    return faults;
  });
  const lacking = files.filter(({ name }) => !seen.has(name)).sort(byPlace);
  return [...found, ...lacking.map((file) => fault('unrecorded', file, null, 'has no line'))];
}

/** Where a merge kept the lines of both sides, the second begins from the same line as the first. */
function linkFaults(line: ManifestLine, before: ManifestLine | undefined): ManifestFault[] {
  const faults: ManifestFault[] = [];
  if (before && byPlace(before, line) > 0) {
    faults.push(fault('order', line, line.line, `stands behind ${before.name}`));
  }
  if (line.link !== (before?.next ?? FIRST_LINK)) {
    const what = before ? `does not continue the line of ${before.name}` : 'does not begin the chain';
    faults.push(fault('chain', line, line.line, `${what}: lines of two branches, or one that was changed by hand`));
  }
  return faults;
}

function ofFile(line: ManifestLine, file: ManifestEntry | undefined, again: boolean): ManifestFault[] {
  if (again) return [fault('twice', line, line.line, 'has a second line')];
  if (!file) return [fault('gone', line, line.line, 'has a line, and no file')];
  if (file.checksum === line.checksum) return [];
  return [fault('changed', line, line.line, 'was changed since it was recorded')];
}

function fault(kind: ManifestFaultKind, { name }: ManifestEntry, line: number | null, detail: string): ManifestFault {
  return { kind, version: withoutEnding(name), line, detail: `${name} ${detail}` };
}
