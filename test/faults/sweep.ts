/** Tries cases one after the other and tells which of them broke a promise, with the command that repeats each. */

import type { Kind } from './kind.ts';
import { World } from './kind.ts';
import { isKnown } from './known.ts';
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
  /** What is known to fail is a failure, too. */
  readonly known?: boolean;
}

export interface Outcome {
  readonly cases: number;
  readonly failures: readonly Failure[];
  /** Cases that failed as is known (known.ts). */
  readonly known: number;
  readonly ms: number;
}

export interface Failure {
  readonly name: string;
  readonly text: string;
  readonly repeat: string;
}

export type Verdict = 'ok' | 'known' | 'failed';

export async function sweep(
  choice: Choice,
  onCase: (name: string, ms: number, verdict: Verdict) => void = () => {},
): Promise<Outcome> {
  const world = new World(choice.seed);
  const begun = performance.now();
  const failures: Failure[] = [];
  let cases = 0;
  let known = 0;
  try {
    for (const kind of choice.kinds) {
      for (const name of await chosen(kind, world, choice)) {
        const from = performance.now();
        const failure = await attempt(kind, world, name);
        const expected = failure !== undefined && !choice.known && isKnown(name, failure.text);
        if (expected) known += 1;
        else if (failure) failures.push(failure);
        cases += 1;
        onCase(name, performance.now() - from, failure === undefined ? 'ok' : expected ? 'known' : 'failed');
      }
    }
  } finally {
    await world.close();
  }
  return { cases, failures, known, ms: performance.now() - begun };
}

async function chosen(kind: Kind, world: World, { all, named, part, seed }: Choice): Promise<string[]> {
  if (named?.startsWith(`${kind.name}/`) === false && named !== kind.name) return [];
  if (named?.split('/').length === kind.parts) return pick([named], part);
  const every = await kind.cases(world);
  if (named)
    return pick(
      every.filter((name) => name === named || name.startsWith(`${named}/`)),
      part,
    );
  return pick(all ? every : new Random(`${seed} ${kind.name}`).some(every, kind.sample), part);
}

function pick(names: readonly string[], part: Choice['part']): string[] {
  return names.filter((_, i) => !part || i % part.of === part.index);
}

async function attempt(kind: Kind, world: World, name: string): Promise<Failure | undefined> {
  try {
    await kind.run(world, name);
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? describe(error) : String(error);
    return { name, text, repeat: `node scripts/fault-sweep.mjs --known --seed ${world.seed} --case ${name}` };
  }
}

/** A broken promise says all by itself; anything else is our own mistake or the tool's, and needs its stack. */
function describe(error: Error): string {
  return error.constructor.name === 'Violation' ? error.message : (error.stack ?? error.message);
}
