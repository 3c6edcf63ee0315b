import type { Access, Manner } from '../graph/access.ts';
import type { ObjectPath } from '../graph/object.ts';
import type { Known } from '../known/known.ts';
import { TEMPORARY } from '../known/schema.ts';

/** Where what a statement does is written down. */
export class Marks {
  readonly accesses: Access[] = [];
  /** What is known in front of the statement, and behind it. */
  readonly before: Known;
  readonly after: Known;
  /** Of the migration, to tell apart rows that several put into a table. */
  readonly version: string;
  readonly #place: Pick<Access, 'offset' | 'line'>;

  constructor(version: string, before: Known, after: Known, place: Pick<Access, 'offset' | 'line'>) {
    this.version = version;
    this.before = before;
    this.after = after;
    this.#place = place;
  }

  creates(object: ObjectPath): void {
    this.#add('creates', object);
  }

  changes(object: ObjectPath, weak = false): void {
    this.#add('changes', object, { weak });
  }

  drops(object: ObjectPath): void {
    this.#add('drops', object);
  }

  reads(object: ObjectPath, how: { readonly whole?: boolean; readonly weak?: boolean } = {}): void {
    this.#add('reads', object, how);
  }

  /** With what belongs to it. */
  readsAll(object: ObjectPath, weak = false): void {
    this.#add('reads', object, { whole: true, weak });
  }

  /** Temporary objects end with the session. */
  #add(manner: Manner, object: ObjectPath, { whole = false, weak = false } = {}): void {
    const [first] = object;
    if (first?.space === 'schema' && (first.name === TEMPORARY || first.name === 'pg_catalog')) return;
    this.accesses.push({ manner, object, whole, weak, ...this.#place });
  }
}
