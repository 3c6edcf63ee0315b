import { compareText } from '../catalog/snapshot.ts';
import { RANK } from './context.ts';
import { persistenceOrder } from './persistence.ts';
import type { Key, Node, NodeType, Side } from './side.ts';
import type { Step } from './step.ts';

/** Which steps stand before which. */
type Before = ReadonlyMap<Step, ReadonlySet<Step>>;

export interface Ordered {
  readonly steps: readonly Step[];
  /** Steps that wait for each other; empty where there is an order. */
  readonly cycle: readonly Step[];
}

/** Which of two steps stands before the other where neither needs the other. */
export type CompareSteps = (a: Step, b: Step) => number;

const byRank: CompareSteps = (a, b) => phase(a) - phase(b) || a.rank - b.rank || compareText(a.name, b.name);

/** The steps in an order in which each finds what it needs: of those that may come next the first by `compare`. */
export function inOrder(steps: readonly Step[], before: Side, after: Side, compare: CompareSteps = byRank): Ordered {
  const earlier = earlierSteps(steps, before, after);
  const sorted = [...steps].sort(compare);
  const place = new Map(sorted.map((step, i) => [step, i]));
  const waits = new Map(steps.map((step) => [step, earlier.get(step)!.size]));
  const later = laterSteps(earlier);
  const left = new Set(sorted);
  const done: Step[] = [];
  // The next one is the last.
  const ready = sorted.filter((step) => waits.get(step) === 0).reverse();
  for (let next = ready.pop(); next; next = ready.pop()) {
    left.delete(next);
    done.push(next);
    for (const step of later.get(next) ?? []) {
      waits.set(step, waits.get(step)! - 1);
      if (waits.get(step) === 0) insert(ready, step, place);
    }
  }
  return { steps: [...done, ...left], cycle: left.size === 0 ? [] : cycleAmong(left, earlier) };
}

function laterSteps(earlier: Before): Map<Step, Step[]> {
  const later = new Map<Step, Step[]>();
  for (const [step, list] of earlier)
    for (const one of list) {
      const known = later.get(one);
      if (known) known.push(step);
      else later.set(one, [step]);
    }
  return later;
}

/** Into a list whose places fall. */
function insert(ready: Step[], step: Step, place: ReadonlyMap<Step, number>): void {
  let [low, high] = [0, ready.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (place.get(ready[middle]!)! > place.get(step)!) low = middle + 1;
    else high = middle;
  }
  ready.splice(low, 0, step);
}

/** Event triggers and default privileges would have their say in whatever comes behind them. */
export function phase({ late, rank }: Step): number {
  return rank >= RANK.eventTrigger ? 2 : Number(late);
}

/** From any of the rest back and back: what comes up again is in a circle. */
function cycleAmong(left: ReadonlySet<Step>, earlier: Before): Step[] {
  const path: Step[] = [];
  let at = [...left][0]!;
  while (!path.includes(at)) {
    path.push(at);
    at = [...(earlier.get(at) ?? [])].find((one) => left.has(one))!;
  }
  return path.slice(path.indexOf(at));
}

function earlierSteps(steps: readonly Step[], before: Side, after: Side): Before {
  const [droppers, makers, provers] = [byKey(steps, 'drops'), byKey(steps, 'makes'), byKey(steps, 'proves')];
  const earlier = new Map<Step, Set<Step>>(steps.map((step) => [step, new Set(step.behind ? [step.behind] : [])]));
  const put = (first: readonly Step[] | undefined, second: readonly Step[] | undefined) => {
    for (const a of first ?? []) for (const b of second ?? []) if (a !== b) earlier.get(b)!.add(a);
  };
  for (const [key, list] of makers) {
    put(
      droppers.get(key)?.filter((step) => !list.includes(step)),
      list,
    );
    const asks = ASKING.includes(after.nodes.get(key)?.type ?? 'table');
    for (const { to } of after.needs(key).filter(({ how }) => how !== 'order of drops')) {
      put(makers.get(to), list);
      if (asks) put(provers.get(to), list);
    }
  }
  for (const [key, list] of droppers)
    for (const { to } of before.needs(key).filter(({ how }) => how !== 'after')) put(list, droppers.get(to));
  for (const step of steps)
    for (const key of step.releases ?? []) {
      const kept = new Set(after.needs(key).map(({ to }) => to));
      for (const { to, how } of before.needs(key)) if (how !== 'after' && !kept.has(to)) put([step], droppers.get(to));
    }
  for (const [first, second] of namesakes(droppers, makers, before, after)) put(first, second);
  for (const [first, second] of persistenceOrder(droppers, makers, before, after)) put(first, second);
  return earlier;
}

/** Keys, partitions and children ask for NOT NULL. */
const ASKING: readonly NodeType[] = ['constraint', 'attachment', 'column'];

function byKey(steps: readonly Step[], which: 'drops' | 'makes' | 'proves'): Map<Key, Step[]> {
  const found = new Map<Key, Step[]>();
  for (const step of steps)
    for (const key of step[which] ?? []) {
      const known = found.get(key);
      if (known) known.push(step);
      else found.set(key, [step]);
    }
  return found;
}

type ByKey = ReadonlyMap<Key, readonly Step[]>;

/** What takes a name goes before what gets it, though the two are of other kinds or tables. */
function* namesakes(
  droppers: ByKey,
  makers: ByKey,
  before: Side,
  after: Side,
): Generator<[readonly Step[], readonly Step[]]> {
  const taken = new Map<string, Step[]>();
  for (const [key, steps] of droppers)
    for (const name of namesOf(before.nodes.get(key))) taken.set(name, [...(taken.get(name) ?? []), ...steps]);
  for (const [key, steps] of makers)
    for (const name of namesOf(after.nodes.get(key))) {
      const first = taken.get(name)?.filter((step) => !droppers.get(key)?.includes(step));
      if (first) yield [first, steps];
    }
}

const RELATIONS: readonly NodeType[] = ['table', 'foreign table', 'view', 'materialized view', 'composite type'];
const ROUTINES: readonly NodeType[] = ['function', 'procedure', 'aggregate'];
const TYPES: readonly NodeType[] = ['enum', 'domain', 'range', 'base type'];

function namesOf(node: Node | undefined): string[] {
  if (!node) return [];
  const { type, one } = node;
  const relation = JSON.stringify(['relation', one.identity[0], one.identity.at(-1)]);
  const typeName = JSON.stringify(['type', one.identity[0], one.identity[1]]);
  if (RELATIONS.includes(type)) return [relation, typeName];
  if (type === 'index' || type === 'sequence') return [relation];
  if (TYPES.includes(type)) return [typeName];
  return ROUTINES.includes(type) ? [JSON.stringify(['routine', ...one.identity])] : [];
}
