import { keyOfPath, type ObjectPath } from '../graph/object.ts';

/** That an object goes when another one is dropped with CASCADE, as pg_depend has it. */
export interface Dependency {
  readonly of: ObjectPath;
  readonly on: ObjectPath;
  /** On all that belongs to it, too. */
  readonly whole: boolean;
}

interface Kept extends Dependency {
  readonly ofKey: string;
  readonly onKey: string;
}

/** Which objects that files have made depend on which, now. What a change costs grows with all of them. */
export class Dependents {
  #kept: Kept[] = [];
  /** Those that have ever depended on something: most objects that change have not. */
  readonly #dependents = new Set<string>();

  learn(dependencies: readonly Dependency[]): void {
    for (const one of dependencies) if (!isLoose(one)) this.#kept.push(this.#noted(kept(one)));
  }

  /** What it depended on it does so no longer: it is made anew. */
  replace(object: ObjectPath): void {
    const key = keyOfPath(object);
    if (this.#dependents.has(key)) this.#kept = this.#kept.filter(({ ofKey }) => ofKey !== key);
  }

  #noted(one: Kept): Kept {
    this.#dependents.add(one.ofKey);
    return one;
  }

  /** It and all in it have another name now. */
  move(from: ObjectPath, to: ObjectPath): void {
    const key = keyOfPath(from);
    const moved = (path: ObjectPath) => [...to, ...path.slice(from.length)];
    this.#kept = this.#kept.map((one) => {
      const [ofMoves, onMoves] = [isIn(one.ofKey, key), isIn(one.onKey, key)];
      if (!ofMoves && !onMoves) return one;
      return this.#noted(kept({ ...one, of: ofMoves ? moved(one.of) : one.of, on: onMoves ? moved(one.on) : one.on }));
    });
  }

  /** They are gone: gives those that cannot be without them, outside of them, and knows of neither any more. */
  takeWith(dropped: readonly ObjectPath[]): ObjectPath[] {
    if (dropped.length === 0) return [];
    const keys = dropped.map(keyOfPath);
    const found = new Map<string, ObjectPath>();
    this.#kept = this.#kept.filter(({ of, ofKey, onKey, whole }) => {
      if (keys.some((key) => isIn(ofKey, key))) return false;
      const goes = keys.some((key) => isIn(onKey, key) || (whole && isIn(key, onKey)));
      if (goes) found.set(ofKey, of);
      return !goes;
    });
    return [...found.values()];
  }
}

function kept(one: Dependency): Kept {
  return { ...one, ofKey: keyOfPath(one.of), onKey: keyOfPath(one.on) };
}

/** It is that object, or belongs to it. */
function isIn(key: string, outer: string): boolean {
  return key.startsWith(outer) && (key.length === outer.length || key[outer.length] === '\0');
}

/** Rows, roles, and what belongs to each other anyway. */
function isLoose({ of, on }: Dependency): boolean {
  const isRows = (path: ObjectPath) => path.some(({ space }) => space === 'rows');
  return isRows(of) || isRows(on) || on[0]?.space === 'role' || isIn(keyOfPath(of), keyOfPath(on));
}
