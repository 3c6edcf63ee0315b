import type { Access } from '../graph/access.ts';
import { keyOfPart, type ObjectPath } from '../graph/object.ts';

/** What the objects need that files have made: who drops one of them frees what it needed. */
export class Needs {
  readonly #root = new Held();

  /** Of the accesses of one statement: what it creates or changes needs what it reads. */
  learn(accesses: readonly Access[]): void {
    const read = accesses.filter(({ manner }) => manner === 'reads');
    if (read.length === 0) return;
    for (const { manner, object } of accesses)
      if (manner === 'creates' || manner === 'changes') this.#root.at(object).needs.push(read);
  }

  /** What the dropped objects needed, as reads that only order. */
  freedBy(accesses: readonly Access[]): Access[] {
    return accesses.flatMap(({ manner, object, offset, line }) => {
      if (manner !== 'drops') return [];
      return this.#root
        .at(object)
        .taken()
        .map((one) => ({ ...one, weak: true, offset, line }));
    });
  }
}

class Held {
  /** As lists that many share: a GRANT on all tables changes as many as it reads. */
  readonly needs: (readonly Access[])[] = [];
  readonly #inside = new Map<string, Held>();

  at(path: ObjectPath): Held {
    return path.reduce<Held>((held, part) => held.#part(keyOfPart(part)), this);
  }

  taken(): Access[] {
    const all = [...this.needs.splice(0).flat(), ...[...this.#inside.values()].flatMap((one) => one.taken())];
    this.#inside.clear();
    return all;
  }

  #part(key: string): Held {
    let found = this.#inside.get(key);
    if (!found) {
      found = new Held();
      this.#inside.set(key, found);
    }
    return found;
  }
}
