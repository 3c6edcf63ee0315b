import type { Access, Manner } from '../graph/access.ts';
import { keyOfPath, type ObjectPath } from '../graph/object.ts';
import type { Known } from '../known/known.ts';
import { TEMPORARY } from '../known/schema.ts';
import { isThere } from './is-there.ts';

export type Place = Pick<Access, 'offset' | 'line'>;

/** Where what a statement does is written down. */
export class Marks {
  readonly accesses: Access[] = [];
  /** What is known in front of the statement, and behind it. */
  readonly before: Known;
  readonly after: Known;
  /** Of the migration, to tell apart rows that several put into a table. */
  readonly version: string;
  /** Schemas and extensions that files have made. */
  readonly made: Set<string>;
  #place: Place;
  #ifThere = false;
  readonly #placeOf: (location: number | undefined) => Place;

  /** `placeOf`: where a location of the statement's tree lies in the file. */
  constructor(
    version: string,
    before: Known,
    after: Known,
    placeOf: (location: number | undefined) => Place,
    made: Set<string> = new Set(),
  ) {
    this.made = made;
    this.version = version;
    this.before = before;
    this.after = after;
    this.#placeOf = placeOf;
    this.#place = placeOf(undefined);
  }

  /** What is written down in the meantime stands at this location of the tree. */
  at(location: number | undefined, write: () => void): void {
    const outer = this.#place;
    if (location !== undefined) this.#place = this.#placeOf(location);
    write();
    this.#place = outer;
  }

  creates(object: ObjectPath): void {
    this.#add('creates', object);
  }

  /** IF NOT EXISTS of what no catalog of tables knows: a schema, an extension. */
  createsUnlessMade(object: ObjectPath, isMade: boolean): void {
    if (isMade && this.made.has(keyOfPath(object))) this.reads(object, { weak: true });
    else this.creates(object);
    this.made.add(keyOfPath(object));
  }

  changes(object: ObjectPath): void {
    this.#add('changes', object);
  }

  drops(object: ObjectPath): void {
    this.#add('drops', object);
  }

  /** What is dropped in the meantime is dropped IF EXISTS. */
  ifThere(isAsked: boolean | undefined, write: () => void): void {
    this.#ifThere = isAsked === true;
    write();
    this.#ifThere = false;
  }

  /** Takes a name, or gives it up: who does so before or behind it must not meet it, but nothing stands on a name. */
  claims(object: ObjectPath): void {
    this.#add('changes', object, { weak: true });
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
    const there = (manner === 'reads' || manner === 'drops') && isThere(this.before, object);
    const ifThere = manner === 'drops' && this.#ifThere;
    this.accesses.push({
      manner,
      object,
      whole,
      weak,
      ...(there && { there }),
      ...(ifThere && { ifThere }),
      ...this.#place,
    });
  }
}
