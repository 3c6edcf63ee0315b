import type { Access, Footprint } from './access.ts';
import { keyOfPart, keyOfPath, type ObjectPath } from './object.ts';

/** Why one migration has to come after another: what both do to one object. */
export interface Reason {
  /** The more exact of the two. */
  readonly object: ObjectPath;
  readonly later: Pick<Access, 'manner' | 'line'>;
  readonly earlier: Pick<Access, 'manner' | 'line'>;
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
 * written, writes what another has written, or writes what another has read. Only the nearest are told; others follow from them.
 * Time grows with the accesses and their conflicts: thousands that change what thousands read whole are a square.
 */
export function inferEdges(footprints: readonly Footprint[]): InferredEdge[] {
  const state = new ObjectState();
  return footprints.flatMap((footprint, order) => {
    const found = new Edges(footprint.version, order);
    for (const access of footprint.accesses) visit(state, { access, order, version: footprint.version }, found);
    return found.edges();
  });
}

interface Touch {
  readonly access: Access;
  /** Of its migration. */
  readonly order: number;
  readonly version: string;
}

/** What has been done to an object so far, since it was last written. */
class ObjectState {
  written: Touch | undefined;
  readonly readers = new Map<string, Touch>();
  readonly inside = new Map<string, ObjectState>();

  at(key: string): ObjectState {
    let found = this.inside.get(key);
    if (!found) this.inside.set(key, (found = new ObjectState()));
    return found;
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
  readonly #found = new Map<string, Found>();

  constructor(from: string, order: number) {
    this.#from = from;
    this.#order = order;
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
function outermost(reasons: readonly Reason[]): Reason[] {
  const keys = new Map(reasons.map((reason) => [keyOfPath(reason.object), reason]));
  return reasons.filter(({ object, weak }) => {
    for (let length = object.length - 1; length > 0; length--) {
      const outer = keys.get(keyOfPath(object.slice(0, length)));
      if (outer && (!outer.weak || weak)) return false;
    }
    return true;
  });
}

function visit(root: ObjectState, touch: Touch, edges: Edges): void {
  const { object, manner, whole } = touch.access;
  const outer: ObjectState[] = [];
  let state = root;
  for (const part of object) {
    outer.push(state);
    state = state.at(keyOfPart(part));
  }
  if (manner !== 'reads') meetWholeReaders(outer, touch, edges);
  // What an outer object's writer has done is older than what has been done inside it since.
  const written = state.written ?? (touch.access.passing ? undefined : outer.findLast((one) => one.written)?.written);
  if (written) edges.add(touch, written);
  if (manner === 'reads') {
    if (whole) for (const inner of state.inside.values()) eachWriter(inner, (one) => edges.add(touch, one));
    if (!touch.access.passing) keepReader(state, touch);
  } else {
    eachTouch(state, (one) => edges.add(touch, one));
    state.written = touch;
    state.readers.clear();
    state.inside.clear();
  }
}

/** Those who read all of an object in which something is written. */
function meetWholeReaders(outer: readonly ObjectState[], touch: Touch, edges: Edges): void {
  for (const { readers } of outer) for (const one of readers.values()) if (one.access.whole) edges.add(touch, one);
}

/** One for each migration, the strongest. */
function keepReader({ readers }: ObjectState, touch: Touch): void {
  const old = readers.get(touch.version);
  if (old && (old.access.whole || !touch.access.whole)) return;
  readers.set(touch.version, touch);
}

function eachTouch(state: ObjectState, visitOne: (touch: Touch) => void): void {
  if (state.written) visitOne(state.written);
  for (const one of state.readers.values()) visitOne(one);
  for (const inner of state.inside.values()) eachTouch(inner, visitOne);
}

function eachWriter(state: ObjectState, visitOne: (touch: Touch) => void): void {
  if (state.written) visitOne(state.written);
  for (const inner of state.inside.values()) eachWriter(inner, visitOne);
}
