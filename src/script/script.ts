import { compareSchemas, type Sides } from '../catalog/compare.ts';
import { objectName } from '../catalog/object-name.ts';
import type { Included, Snapshot } from '../catalog/snapshot.ts';
import { Problem } from '../problem/problem.ts';
import type { Context, NotWritten } from './context.ts';
import { type CompareSteps, inOrder } from './order.ts';
import { type Remakes, remakesOf } from './remakes.ts';
import { type Key, type Side, sideOf } from './side.ts';
import { type States, statesOf } from './states.ts';
import type { Step } from './step.ts';
import { stepsOf } from './steps.ts';
import { scriptText } from './text.ts';

export type { NotWritten } from './context.ts';

/** Given the second schema. */
type Placing = (after: Side) => CompareSteps;

export interface Script {
  /** A whole file, or '' where the schemas are equal. */
  readonly sql: string;
  /** What the file does not do; the same stands in its head. */
  readonly notWritten: readonly NotWritten[];
}

/**
 * The SQL that makes `after` of a database with the schema `before`, in an order in which each statement finds what it needs.
 * `included` as for `compareSchemas`. Both snapshots should hold owners and privileges all the same: what is dropped and made
 * again gets back what it had. Problem `snapshot-mismatch` as there.
 */
export function writeScript(before: Snapshot, after: Snapshot, included: Included, sides?: Sides): Script {
  const { steps, notWritten } = arrange(before, after, included, { sides });
  return { sql: scriptText(steps, notWritten), notWritten };
}

/** The steps from one schema to the other. */
export interface Arranged {
  readonly steps: readonly Step[];
  readonly notWritten: readonly NotWritten[];
}

/** As `writeScript`, before it is text. `placing`: what comes first where several steps could, else by kinds. */
export function arrange(
  before: Snapshot,
  after: Snapshot,
  included: Included,
  { sides, placing }: { sides?: Sides | undefined; placing?: Placing },
): Arranged {
  const difference = compareSchemas(before, after, included, sides);
  refuseWithoutNeeds(before, sides?.before ?? 'the first schema');
  refuseWithoutNeeds(after, sides?.after ?? 'the second schema');
  const [a, b] = [sideOf(before), sideOf(after)];
  const states = statesOf(a, b, difference);
  const loose = new Set<Key>();
  for (;;) {
    const notWritten = new Map<string, NotWritten>();
    const context = contextOf(a, b, included, states, loose, notWritten);
    const remakes = remakesOf(states, context);
    context.remakes = remakes;
    const { steps, cycle } = inOrder(stepsOf(states, remakes, context), a, b, placing?.(b));
    const more = loosened(cycle, loose, a, b);
    if (more.length > 0) {
      for (const key of more) loose.add(key);
      continue;
    }
    if (cycle.length > 0) sayCycle(cycle, context);
    return { steps, notWritten: [...notWritten.values()] };
  }
}

/** Without them the statements would stand in any order. */
function refuseWithoutNeeds({ needs }: Snapshot, name: string): void {
  if (needs) return;
  throw new Problem('snapshot-mismatch', `the snapshot of ${name} does not say what depends on what`, {
    next: ['Save it again with this version of taskflow-db.'],
  });
}

type Draft = Context & { remakes: Remakes };

function contextOf(
  before: Side,
  after: Side,
  included: Included,
  { added, removed }: States,
  loose: ReadonlySet<Key>,
  notWritten: Map<string, NotWritten>,
): Draft {
  const draft: Draft = {
    before,
    after,
    included,
    major: after.snapshot.major,
    remakes: { made: new Set(), swapped: new Map() },
    isMade: (key) => added.has(key) || draft.remakes.made.has(key),
    isDropped: (key) => removed.has(key) || draft.remakes.made.has(key),
    isSwapped: (key) => draft.remakes.swapped.has(key),
    isLoose: (key) => loose.has(key),
    cannot: (one, why) => {
      const entry = { type: one.type, name: objectName(one), why };
      notWritten.set(JSON.stringify(entry), entry);
    },
  };
  return draft;
}

const NAMED_MAX = 3;

/** The server may still take them in this order; that it does not is no surprise then. */
function sayCycle(cycle: readonly Step[], { before, after, cannot }: Context): void {
  const ones = cycle.flatMap(({ makes, drops }) => {
    const node = [...makes].map((key) => after.nodes.get(key))[0] ?? [...drops].map((key) => before.nodes.get(key))[0];
    return node ? [node.one] : [];
  });
  for (const one of ones) {
    const others = ones.filter((other) => other !== one).map((other) => `${other.type} ${objectName(other)}`);
    const named = [...others.slice(0, NAMED_MAX), ...(others.length > NAMED_MAX ? ['...'] : [])].join(', ');
    cannot(
      one,
      `it and ${named} need each other: where the server refuses this order, make one without the other first`,
    );
  }
}

/** Of steps that wait for each other, what can be written apart from them: constraints and defaults, and what is replaced. */
function loosened(cycle: readonly Step[], loose: ReadonlySet<Key>, before: Side, after: Side): Key[] {
  return cycle.flatMap(({ makes, drops, releases = new Set<Key>() }) => [
    ...[...releases].filter((key) => !loose.has(key) && REPLACED.includes(after.nodes.get(key)?.type ?? '')),
    ...[...makes].filter((key) => makes.size > 1 && !loose.has(key) && isLoosable(key, after)),
    ...[...drops].filter((key) => drops.size > 1 && !loose.has(key) && isLoosable(key, before)),
  ]);
}

/** What is replaced with all that it needs is rather dropped, and made when that is there. */
const REPLACED = ['view', 'function', 'procedure'];

/** Keys stay with their table: their indexes are what others refer to. */
function isLoosable(key: Key, { nodes }: Side): boolean {
  const { type, one } = nodes.get(key) ?? {};
  if (type === 'default') return true;
  return (
    type === 'constraint' &&
    !one!.properties.inherited &&
    /^(CHECK|FOREIGN KEY)/.test(String(one!.properties.definition))
  );
}
