import type { Touch } from './touch.ts';

/** Where a touch is kept until another takes its place: it is another one then, or none. */
export interface Kept {
  readonly touch: Touch | undefined;
}

/** Who meets what is in a log, as far as the log has to know. */
export interface Meeting {
  /** A chain of strong edges is wanted; else one of any edges will do. */
  readonly strong: boolean;
  /** Nothing is left out. */
  readonly all: boolean;
  tell(earlier: Touch): void;
  /** Whether an edge leads to that migration by now, a strong one where `strong`; to itself one always does. */
  leadsTo(version: string, strong: boolean): boolean;
  /** Puts it behind that one, which has met all of what it meets itself: where two that do not mind each other may be put in order. */
  join?(earlier: Touch): void;
}

interface Entry {
  readonly kept: Kept;
  readonly version: string;
}

/** By then somebody had met all that stands before it. */
interface Mark {
  readonly by: Touch;
  readonly strong: boolean;
}

/** So many are told one by one, also where one of them leads to the others. */
const NEAREST_MAX = 16;
/** Of marks with nothing between them: the newest say as much as all of them. */
const MARKS_MAX = 4;
/** Entries that mean nothing any more, before they are swept out. */
const STALE_MAX = 32;

/**
 * What has been done inside an object, in its order. Who meets all of it is told the nearest; and of those further back only what
 * no chain leads to: when it comes behind one that has met all of them before, that one stands for them. So the work grows with the
 * edges, and these with the touches.
 */
export class TouchLog {
  readonly #events: (Entry | Mark)[] = [];

  add(kept: Kept, version: string): void {
    this.#events.push({ kept, version });
  }

  /** `by` has met all that is in it; `strong`: it stands on what was written there. */
  mark(by: Touch, strong: boolean): void {
    const events = this.#events;
    const last = events.at(-1);
    if (!last || (isMark(last) && last.by.version === by.version && (last.strong || !strong))) return;
    const isRun = events.length > MARKS_MAX && events.slice(-MARKS_MAX).every(isMark);
    if (isRun) events.splice(-MARKS_MAX, 1);
    events.push({ by, strong });
  }

  meet(meeting: Meeting): void {
    const events = this.#events;
    const walk = new Walk(meeting);
    let place = events.length;
    while (place > 0 && !walk.isOver) walk.see(events[--place]!);
    if (walk.stale > STALE_MAX) events.push(...events.splice(place).filter((one) => isMark(one) || isLive(one)));
  }
}

function isMark(event: Entry | Mark): event is Mark {
  return 'by' in event;
}

function isLive({ kept, version }: Entry): boolean {
  return kept.touch?.version === version;
}

/** One way back through a log, as far as anything is new. */
class Walk {
  stale = 0;
  readonly #meeting: Meeting;
  readonly #marks = new Set<string>();
  #newest: Touch | undefined;
  #told = 0;
  /** It comes behind one that has met all that is still to be seen. */
  #isCovered = false;

  constructor(meeting: Meeting) {
    this.#meeting = meeting;
  }

  get isOver(): boolean {
    if (this.#meeting.all || this.#told < NEAREST_MAX) return false;
    if (!this.#isCovered && this.#newest && this.#meeting.join) {
      this.#meeting.join(this.#newest);
      this.#isCovered = true;
    }
    return this.#isCovered;
  }

  see(event: Entry | Mark): void {
    if (isMark(event)) this.#pass(event);
    else if (isLive(event)) this.#tell(event.kept.touch!);
    else this.stale += 1;
  }

  #pass({ by, strong }: Mark): void {
    if (this.#meeting.strong && !strong) return;
    this.#newest ??= by;
    this.#marks.add(by.version);
    this.#coverBy(by.version);
  }

  #tell(touch: Touch): void {
    this.#meeting.tell(touch);
    this.#told += 1;
    if (this.#marks.has(touch.version)) this.#coverBy(touch.version);
  }

  #coverBy(version: string): void {
    if (this.#meeting.leadsTo(version, this.#meeting.strong)) this.#isCovered = true;
  }
}
