import type { Head } from './chain-check.ts';

/** Which trail an anchor belongs to: several databases may share one file. */
export interface TrailIdentity {
  /** pg_control_system().system_identifier; `-` where it may not be asked. */
  readonly system: string;
  readonly database: string;
  readonly schema: string;
}

/** One line of an anchor file: the head of a trail as it was at some time. */
export interface AnchorLine extends TrailIdentity, Head {}

/** A position and the hash that the row there must have. */
export type AnchorPoint = Pick<Head, 'seq' | 'hash'> & { readonly at: string | null };

export interface AnchorReport {
  /** The file, or `--expect`. */
  readonly source: string;
  /** `none`: nothing to compare with yet. `behind`: the trail ends before the anchor. */
  readonly state: 'none' | 'agrees' | 'behind' | 'differs';
  /** What was compared with: the newest of the file. */
  readonly point: AnchorPoint | null;
  /** The newest anchor that the trail does hold, where the newest of all does not fit. */
  readonly lastAgreeing: AnchorPoint | null;
  /** The new head was appended to the file. */
  readonly written: boolean;
  /** Lines that are not whole, by number. */
  readonly unreadableLines: readonly number[];
  /** Another trail of the file of which this one is a copy. */
  readonly copyOf: TrailIdentity | null;
}

const LINE =
  /^taskflow-anchor-1 (\S+) (\S+) (\S+) ([1-9]\d{0,15}) ([0-9a-f]{64}) (\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)$/;

/** `taskflow-anchor-1 SYSTEM DATABASE SCHEMA SEQ HASH TIME`; names are written as in a URL, so that a blank ends a field. */
export function anchorLine({ system, database, schema }: TrailIdentity, { seq, hash, at }: Head): string {
  return `taskflow-anchor-1 ${system} ${encodeURIComponent(database)} ${encodeURIComponent(schema)} ${seq} ${hash} ${at}\n`;
}

/** Every whole line; `#` begins a comment. What is no whole line (half written, cut) is named by its number and left out. */
export function readAnchorLines(text: string): { lines: AnchorLine[]; unreadable: number[] } {
  const lines: AnchorLine[] = [];
  const unreadable: number[] = [];
  text.split('\n').forEach((line, i) => {
    const read = lineOf(line.replace(/\r$/, ''));
    if (read) lines.push(read);
    else if (line.trim() !== '' && !line.startsWith('#')) unreadable.push(i + 1);
  });
  return { lines, unreadable };
}

function lineOf(line: string): AnchorLine | undefined {
  const [, system, database, schema, seq, hash, at] = LINE.exec(line) ?? [];
  if (system === undefined || database === undefined || schema === undefined) return undefined;
  if (hash === undefined || at === undefined) return undefined;
  try {
    return {
      system,
      database: decodeURIComponent(database),
      schema: decodeURIComponent(schema),
      seq: Number(seq),
      hash,
      at,
    };
  } catch {
    return undefined;
  }
}

export function isSameTrail(a: TrailIdentity, b: TrailIdentity): boolean {
  return a.system === b.system && a.database === b.database && a.schema === b.schema;
}

/** The trail as it was read: the hashes at the anchors' positions, and its end. */
export interface ReadTrail {
  readonly hashAt: ReadonlyMap<number, string>;
  readonly head: Head | null;
}

/** Compares a trail with anchors, of which the one with the highest position counts; in any order. */
export function compareAnchors(
  points: readonly AnchorPoint[],
  trail: ReadTrail,
): Pick<AnchorReport, 'state' | 'point' | 'lastAgreeing'> {
  const newestFirst = [...points].sort((a, b) => b.seq - a.seq);
  const [newest] = newestFirst;
  if (!newest) return { state: 'none', point: null, lastAgreeing: null };
  const lastAgreeing = newestFirst.find((point) => holds(trail, point)) ?? null;
  const differing = newestFirst.find((point) => trail.hashAt.has(point.seq) && !holds(trail, point));
  if (differing) return { state: 'differs', point: differing, lastAgreeing };
  return { state: lastAgreeing === newest ? 'agrees' : 'behind', point: newest, lastAgreeing };
}

export function holds(trail: ReadTrail, point: AnchorPoint): boolean {
  return trail.hashAt.get(point.seq) === point.hash;
}

/** `SEQ:HASH`, as the head is printed. */
export function readExpectation(text: string): AnchorPoint | undefined {
  const [, seq, hash] = /^([1-9]\d{0,15}):([0-9a-f]{64})$/i.exec(text.trim()) ?? [];
  return hash === undefined ? undefined : { seq: Number(seq), hash: hash.toLowerCase(), at: null };
}
