import type { Access, Footprint } from './access.ts';
import { keyOfPart, keyOfPath, type ObjectPath } from './object.ts';
import type { Touch } from './touch.ts';
import { type Meeting, TouchLog } from './touch-log.ts';

/** Why one migration has to come after another: what both do to one object. */
export interface Reason {
  /** The more exact of the two. */
  readonly object: ObjectPath;
  readonly later: Pick<Access, 'manner' | 'line' | 'offset'>;
  readonly earlier: Pick<Access, 'manner' | 'line' | 'offset'>;
  /** It orders the two; the later one does not stand on the earlier one. */
  readonly weak: boolean;
}

/** An edge that the SQL of two migrations makes. It always leads from a later one to an earlier one of the order that was given. */
export interface InferredEdge {
  readonly from: string;
  readonly to: string;
  /** In the order of the later one's statements; each object once. Weak ones only where there is no strong one. */
  readonly reasons: readonly Reason[];
  /** None of the reasons is a strong one. */
  readonly weak: boolean;
}

/**
 * The edges between migrations that touch the same objects, given the order in which they run: who reads what another has
 * written, writes what another has written, or writes what another has read. Only the nearest are told; others follow from them:
 * a chain of edges as strong leads there. Time grows with the accesses and the edges; a square are only thousands that read whole
 * what thousands have written each by itself. `all`: a version of which those are told, too, that follow from a chain.
 */
export function inferEdges(footprints: readonly Footprint[], all?: string): InferredEdge[] {
  const state = new ObjectState();
  return footprints.flatMap((footprint, order) => {
    const found = new Edges(footprint.version, order, footprint.version === all);
    for (const access of footprint.accesses) visit(state, { access, order, version: footprint.version }, found);
    return found.edges();
  });
}

/** What has been done to an object so far, since it was last written. */
class ObjectState {
  /** Who has written it last. */
  touch: Touch | undefined;
  readonly readers = new Map<string, Touch>();
  readonly inside = new Map<string, ObjectState>();
  /** Who has written something inside, and who has read all of it. */
  writes = new TouchLog();
  reads = new TouchLog();

  at(key: string): ObjectState {
    let found = this.inside.get(key);
    if (!found) this.inside.set(key, (found = new ObjectState()));
    return found;
  }

  /** What was done to it and inside it before is met by nobody any more. */
  write(touch: Touch | undefined): void {
    for (const inner of this.inside.values()) inner.write(undefined);
    this.touch = touch;
    this.readers.clear();
    this.inside.clear();
    this.writes = new TouchLog();
    this.reads = new TouchLog();
  }
}

/**
 * Of what only orders two migrations, beyond which no more is told: who grants something on all tables of a schema is met by
 * everything that happens in it.
 */
const WEAK_REASONS_MAX = 20;

interface Found {
  readonly reasons: Map<string, Reason>;
  /** There is a strong one: the weak ones are not told. */
  strong: boolean;
}

class Edges {
  readonly #from: string;
  readonly #order: number;
  readonly #all: boolean;
  readonly #found = new Map<string, Found>();

  constructor(from: string, order: number, all: boolean) {
    this.#from = from;
    this.#order = order;
    this.#all = all;
  }

  add(later: Touch, earlier: Touch): void {
    if (earlier.order === this.#order) return;
    const weak =
      later.access.weak || earlier.access.weak || earlier.access.manner === 'reads' || isBeside(later, earlier);
    const found = this.#to(earlier.version);
    const { reasons } = found;
    if (weak && (found.strong || reasons.size >= WEAK_REASONS_MAX)) return;
    const object =
      later.access.object.length >= earlier.access.object.length ? later.access.object : earlier.access.object;
    const key = keyOfPath(object);
    const old = reasons.get(key);
    if (!old || (old.weak && !weak)) reasons.set(key, { object, later: later.access, earlier: earlier.access, weak });
    if (!weak) found.strong = true;
  }

  /** One who meets what is in a log. */
  meeting(later: Touch, strong: boolean, join?: Meeting['join']): Meeting {
    return {
      strong,
      all: this.#all,
      tell: (earlier) => this.add(later, earlier),
      leadsTo: (version, strongly) => version === this.#from || this.#leadsTo(version, strongly),
      ...(join && { join }),
    };
  }

  #leadsTo(version: string, strongly: boolean): boolean {
    const found = this.#found.get(version);
    return found !== undefined && (found.strong || !strongly);
  }

  /** Both have written something in an object that the same migrations have read whole: they keep their order. */
  join(later: Touch, earlier: Touch, object: ObjectPath): void {
    if (earlier.order === this.#order) return;
    const { reasons, strong } = this.#to(earlier.version);
    const changes = ({ access: { line, offset } }: Touch) => ({ manner: 'changes' as const, line, offset });
    const reason = { object, later: changes(later), earlier: changes(earlier), weak: true };
    if (!strong && reasons.size === 0) reasons.set(keyOfPath(object), reason);
  }

  #to(version: string): Found {
    let found = this.#found.get(version);
    if (!found) this.#found.set(version, (found = { reasons: new Map(), strong: false }));
    return found;
  }

  edges(): InferredEdge[] {
    return [...this.#found].map(([to, { reasons, strong }]) => {
      const told = [...reasons.values()].filter(({ weak }) => !(weak && strong));
      return { from: this.#from, to, reasons: outermost(told), weak: !strong };
    });
  }
}

/** Rows that are put into a table do not stand on what was done to others before. */
function isBeside({ access: later }: Touch, { access: earlier }: Touch): boolean {
  return later.manner === 'creates' && earlier.manner === 'changes' && earlier.object.at(-1)?.space === 'rows';
}

/** Without those that follow: who needs a table that another has made needs its columns, too. */
function outermost(reasons: readonly Reason[]): readonly Reason[] {
  if (reasons.length < 2) return reasons;
  const keys = new Map(reasons.map((reason) => [keyOfPath(reason.object), reason]));
  return reasons.filter(({ object, weak }) => {
    for (let length = object.length - 1; length > 0; length--) {
      const outer = keys.get(keyOfPath(object.slice(0, length)));
      if (outer && (!outer.weak || weak)) return false;
    }
    return true;
  });
}

function visit(root: ObjectState, done: Touch, edges: Edges): void {
  const { object, whole } = done.access;
  const outer: ObjectState[] = [];
  let state = root;
  for (const part of object) {
    outer.push(state);
    state = state.at(keyOfPart(part));
  }
  const isVoid = dropsNothing(done.access, state, outer);
  // It only looks whether it is there.
  const touch = isVoid ? { ...done, access: { ...done.access, weak: true } } : done;
  const reads = isVoid || done.access.manner === 'reads';
  if (!reads) meetWholeReaders(outer, touch, edges);
  // What an outer object's writer has done is older than what has been done inside it since.
  const written = state.touch ?? (touch.access.passing ? undefined : outer.findLast((one) => one.touch)?.touch);
  if (written) edges.add(touch, written);
  if (reads) {
    if (whole) meetWriters(state, touch, edges);
    if (!touch.access.passing) keepReader(state, touch);
  } else {
    eachTouch(state, (one) => edges.add(touch, one));
    const isLogged = state.touch?.version === touch.version;
    state.write(touch);
    if (!isLogged) for (const { writes } of outer) writes.add(state, touch.version);
  }
}

/** IF EXISTS, and nothing that is known has made it, or uses it; what belongs to a relation may have been made with that. */
function dropsNothing({ ifThere, there }: Access, state: ObjectState, outer: readonly ObjectState[]): boolean {
  if (!ifThere || there || isUsed(state)) return false;
  const within = outer.slice(OUTSIDE).findLast((one) => one.touch);
  return state.touch ? state.touch.access.manner === 'drops' : !within;
}

/** Another that only looks, and what a body names, say nothing. */
function isUsed({ readers, inside }: ObjectState): boolean {
  return inside.size > 0 || [...readers.values()].some(({ access }) => access.manner === 'reads' && !access.late);
}

/** The database and the schema. */
const OUTSIDE = 2;

/** Those who read all of an object in which something is written. */
function meetWholeReaders(outer: readonly ObjectState[], touch: Touch, edges: Edges): void {
  for (const [depth, { reads }] of outer.entries()) {
    const object = touch.access.object.slice(0, depth);
    reads.meet(edges.meeting(touch, false, (earlier) => edges.join(touch, earlier, object)));
    reads.mark(touch, false);
  }
}

/** Those who have written something in what is read whole. */
function meetWriters({ writes }: ObjectState, touch: Touch, edges: Edges): void {
  const strong = !touch.access.weak;
  writes.meet(edges.meeting(touch, strong));
  writes.mark(touch, strong);
}

/** One for each migration, the strongest. */
function keepReader({ readers, reads }: ObjectState, touch: Touch): void {
  const old = readers.get(touch.version);
  if (old && (old.access.whole || !touch.access.whole)) return;
  readers.set(touch.version, touch);
  if (touch.access.whole) reads.add({ touch }, touch.version);
}

function eachTouch(state: ObjectState, visitOne: (touch: Touch) => void): void {
  if (state.touch) visitOne(state.touch);
  for (const one of state.readers.values()) visitOne(one);
  for (const inner of state.inside.values()) eachTouch(inner, visitOne);
}
