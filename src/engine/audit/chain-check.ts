import { type ChainRow, eventHash, eventTime, FIRST_PREVIOUS_HASH } from '../../ledger/event-chain.ts';

/** The end of the trail: what an anchor keeps. `at`: ISO 8601 in UTC, with microseconds. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
}

/** The first row that is not as it was written. */
export interface FirstBad {
  readonly seq: number;
  readonly kind: 'changed' | 'removed' | 'inserted' | 'reordered';
  readonly detail: string;
}

/** How far from its place a row that was renumbered is looked for. */
const MOVED_MAX = 100_000;

/**
 * Goes through the trail row by row, in the order of `seq`, and remembers the first that is not as it was written. Holds no
 * more than one row and the hashes at the `wanted` positions.
 */
export class ChainCheck {
  readonly #wanted: ReadonlySet<number>;
  readonly hashAt = new Map<number, string>();
  events = 0;
  head: Head | null = null;
  firstBad: FirstBad | null = null;
  #before = { seq: 0, hash: FIRST_PREVIOUS_HASH };
  /** Two rows that do not follow each other though each fits its own hash: the row after them says which of them is false. */
  #link: { later: number; hash: string } | undefined;

  constructor(wanted: Iterable<number>) {
    this.#wanted = new Set(wanted);
  }

  add(row: ChainRow): void {
    this.events++;
    const seq = Number(row.seq);
    if (this.firstBad === null) this.firstBad = this.#faultOf(row, seq);
    else this.#learnMore(row, this.firstBad);
    if (this.#wanted.has(seq)) this.hashAt.set(seq, row.hash ?? '');
    this.#before = { seq, hash: row.hash ?? '' };
    this.head = { seq, hash: row.hash ?? '', at: eventTime(row.at ?? '') };
  }

  #faultOf(row: ChainRow, seq: number): FirstBad | null {
    const before = this.#before;
    if (row.seq === null || seq < 1) return bad(seq, 'inserted', 'its position is none that the trail gives');
    if (seq === before.seq) return bad(seq, 'inserted', `two rows have the position ${seq}`);
    if (seq > before.seq + 1) return gap(before.seq + 1, seq - 1);
    if (eventHash(row) !== row.hash) return misplaced(row, seq);
    return row.previous_hash === before.hash ? null : this.#brokenLink(row, seq);
  }

  #brokenLink(row: ChainRow, seq: number): FirstBad {
    if (seq === 1) return bad(1, 'changed', 'it is the first row, and refers to one before it');
    this.#link = { later: seq, hash: row.hash ?? '' };
    return bad(seq - 1, 'changed', `row ${seq} holds another hash of it: its hash was computed anew`);
  }

  /** What comes behind the first bad row tells more about what was done there. */
  #learnMore(row: ChainRow, first: FirstBad): void {
    const link = this.#link;
    this.#link = undefined;
    if (link && row.previous_hash !== link.hash) {
      this.firstBad = bad(link.later, 'changed', 'neither the row before nor the row after it knows its hash');
    } else if (first.kind === 'removed' && eventHash(row, String(first.seq)) === row.hash) {
      const now = `the row that was written as ${first.seq} stands at ${row.seq}`;
      this.firstBad = bad(first.seq, 'reordered', now);
    }
  }
}

function bad(seq: number, kind: FirstBad['kind'], detail: string): FirstBad {
  return { seq, kind, detail };
}

function gap(from: number, to: number): FirstBad {
  return bad(from, 'removed', from === to ? `there is no row ${from}` : `there are no rows ${from} to ${to}`);
}

/** The row does not fit its hash: because its content was changed, or because it was written for another position. */
function misplaced(row: ChainRow, seq: number): FirstBad {
  const written = writtenAs(row, seq);
  if (written === undefined) return bad(seq, 'changed', 'its content does not give its hash');
  const moved = `the row that was written as ${written} stands at ${seq}`;
  return written < seq ? bad(written, 'inserted', moved) : bad(seq, 'removed', moved);
}

function writtenAs(row: ChainRow, seq: number): number | undefined {
  for (let away = 1; away <= MOVED_MAX; away++) {
    for (const candidate of [seq - away, seq + away]) {
      if (candidate > 0 && eventHash(row, String(candidate)) === row.hash) return candidate;
    }
  }
  return undefined;
}
