/** Tries cases one after the other and tells which of them broke a promise, with the command that repeats each. */

import type { Kind } from './kind.ts';
import { World } from './kind.ts';
import { Random } from './random.ts';

export interface Choice {
  readonly seed: string;
  readonly kinds: readonly Kind[];
  /** Every case, or of each kind its sample. */
  readonly all: boolean;
  /** These alone, by name or the beginning of it. */
  readonly named?: string | undefined;
  /** This part of so many: for several processes at once. */
  readonly part?: { readonly index: number; readonly of: number };
  /** Begins no case after that time. */
  readonly msMax?: number;
}

export interface Outcome {
  readonly cases: number;
  /** Not tried: the time was up. */
  readonly left: number;
  readonly failures: readonly Failure[];
  readonly ms: number;
}

export interface Failure {
  readonly name: string;
  readonly text: string;
  readonly repeat: string;
}

export async function sweep(
  choice: Choice,
  onCase: (name: string, ms: number, ok: boolean) => void = () => {},
): Promise<Outcome> {
  const world = new World(choice.seed);
  const begun = performance.now();
  const failures: Failure[] = [];
  let tried = 0;
  try {
    const cases = await chosen(world, choice);
    for (const { kind, name } of cases) {
      const from = performance.now();
      if (from - begun > (choice.msMax ?? Number.POSITIVE_INFINITY)) break;
      const failure = await attempt(kind, world, name);
      if (failure) failures.push(failure);
      tried += 1;
      onCase(name, performance.now() - from, failure === undefined);
    }
    return { cases: tried, left: cases.length - tried, failures, ms: performance.now() - begun };
  } finally {
    await world.close();
  }
}

interface Case {
  readonly kind: Kind;
  readonly name: string;
}

/** In random order, so that a sweep that runs out of time has tried some of everything. */
async function chosen(world: World, choice: Choice): Promise<Case[]> {
  const cases: Case[] = [];
  for (const kind of choice.kinds) for (const name of await namesOf(kind, world, choice)) cases.push({ kind, name });
  const mixed = new Random(choice.seed).some(cases, cases.length);
  const { index, of } = choice.part ?? { index: 0, of: 1 };
  return mixed.filter((_, i) => i % of === index);
}

async function namesOf(kind: Kind, world: World, { all, named, seed }: Choice): Promise<readonly string[]> {
  if (named !== undefined && named !== kind.name && !named.startsWith(`${kind.name}/`)) return [];
  if (named?.split('/').length === kind.parts) return [named];
  const every = await kind.cases(world);
  if (named) return every.filter((name) => name.startsWith(`${named}/`));
  return all ? every : new Random(`${seed} ${kind.name}`).some(every, kind.sample);
}

async function attempt(kind: Kind, world: World, name: string): Promise<Failure | undefined> {
  try {
    await kind.run(world, name);
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? describe(error) : String(error);
    return { name, text, repeat: `node scripts/fault-sweep.mjs --seed ${world.seed} --case ${name}` };
  }
}

/** A broken promise says all by itself; anything else is our own mistake or the tool's, and needs its stack. */
function describe(error: Error): string {
  return error.constructor.name === 'Violation' ? error.message : (error.stack ?? error.message);
}
