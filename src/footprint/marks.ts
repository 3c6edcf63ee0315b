import type { Access, Manner } from '../graph/access.ts';
import { keyOfPath, type ObjectPath } from '../graph/object.ts';
import type { Known } from '../known/known.ts';
import { TEMPORARY } from '../known/schema.ts';
import type { Dependency } from './dependents.ts';
import { isThere } from './is-there.ts';
import { NO_VARIABLES, type Variables } from './variables.ts';

interface How {
  readonly whole?: boolean;
  readonly weak?: boolean;
  readonly unsure?: boolean;
  readonly passing?: boolean;
}

/** What the statement at hand makes, whatever that is. */
export const WHAT_IT_MAKES: ObjectPath = [];

export type Place = Pick<Access, 'offset' | 'line'>;

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** What runs later needs what it names; the rows that it changes it changes later. */
export function asNeed(access: Access): Access | undefined {
  return access.object.some(({ space }) => space === 'rows') ? undefined : { ...access, manner: 'reads' };
}

/** Where what a statement does is written down. */
export class Marks {
  readonly accesses: Access[] = [];
  readonly dependencies: Dependency[] = [];
  /** What has got another name. */
  readonly moved: (readonly [from: ObjectPath, to: ObjectPath])[] = [];
  /** What is known in front of the statement, and behind it. */
  readonly before: Known;
  readonly after: Known;
  /** Of the migration, to tell apart rows that several put into a table. */
  readonly version: string;
  /** Schemas and extensions that files have made. */
  readonly made: Set<string>;
  /** What the body that holds the statement declares. */
  readonly variables: Variables;
  #dependent: ObjectPath | undefined;
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
    variables: Variables = NO_VARIABLES,
  ) {
    this.made = made;
    this.variables = variables;
    this.version = version;
    this.before = before;
    this.after = after;
    this.#placeOf = placeOf;
    this.#place = placeOf(undefined);
  }

  /** What is written down in the meantime stands at this location of the tree. */
  at(location: number | undefined, write: () => void): void {
    this.in(location === undefined ? this.#place : this.#placeOf(location), write);
  }

  in(place: Place, write: () => void): void {
    const outer = this.#place;
    this.#place = place;
    write();
    this.#place = outer;
  }

  /** What is read in the meantime, this object cannot be without: it goes with it by CASCADE. Of none nobody knows. */
  dependent(object: ObjectPath | undefined, write: () => void): void {
    const outer = this.#dependent;
    this.#dependent = object;
    write();
    this.#dependent = outer;
  }

  /** It has another name, or lies in another schema. */
  moves(from: ObjectPath, to: ObjectPath): void {
    this.changes(from);
    this.creates(to);
    this.moved.push([from, to]);
  }

  creates(object: ObjectPath, weak = false): void {
    this.#add('creates', object, { weak });
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

  /** `unsure`: it may be another one of that name. */
  reads(object: ObjectPath, how: How = {}): void {
    const dependent = this.#dependent;
    if (how.unsure) this.#dependent = undefined;
    this.#add('reads', object, how);
    this.#dependent = dependent;
  }

  /** Who has written it so far, or anything of it, comes before. */
  comesBehind(object: ObjectPath): void {
    this.#add('reads', object, { whole: true, weak: true, passing: true });
  }

  /** With what belongs to it. */
  readsAll(object: ObjectPath, weak = false): void {
    this.#add('reads', object, { whole: true, weak });
  }

  /** What is done in the meantime is done later, by what the statement makes: of that it only needs what it names. */
  needs(write: () => void): void {
    const done = this.accesses.length;
    write();
    this.accesses.push(...this.accesses.splice(done).flatMap((one) => asNeed(one) ?? []));
  }

  /** Temporary objects end with the session. */
  #add(manner: Manner, object: ObjectPath, { whole = false, weak = false, passing = false }: How = {}): void {
    const [first] = object;
    if (first?.space === 'schema' && (first.name === TEMPORARY || first.name === 'pg_catalog')) return;
    if (manner === 'reads' && !weak && this.#dependent)
      this.dependencies.push({ of: this.#dependent, on: object, whole });
    const { offset, line } = this.#place;
    // Without spreads: V8 keeps what is spread together as a hash table, which is slow to make and to read (measured).
    const access: Writable<Access> = { manner, object, whole, weak, offset, line };
    if ((manner === 'reads' || manner === 'drops') && isThere(this.before, object)) access.there = true;
    if (manner === 'drops' && this.#ifThere) access.ifThere = true;
    if (passing) access.passing = true;
    this.accesses.push(access);
  }
}
