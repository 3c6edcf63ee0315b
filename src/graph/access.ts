import type { ObjectPath } from './object.ts';

/** What a statement does to an object. */
export type Manner = 'creates' | 'changes' | 'drops' | 'reads';

export interface Access {
  readonly object: ObjectPath;
  readonly manner: Manner;
  /** Of what is read: all that belongs to it, too (every column). What writes an object always means all of it. */
  readonly whole: boolean;
  /** It orders two migrations, but neither stands on the other: rows that are there when a constraint is checked. */
  readonly weak: boolean;
  /** Of what is read or dropped: it is known to be there. */
  readonly there?: boolean;
  /**
   * Of what is read: it comes behind those who have written that, not what it belongs to; and who writes it later need not come
   * behind.
   */
  readonly passing?: true;
  /** Of what is dropped: IF EXISTS. */
  readonly ifThere?: true;
  /** It stands in the body of a routine: it is needed when that runs, not when it is made. */
  readonly late?: true;
  /** Of the statement, in characters of the file from 0; -1 where nobody knows. */
  readonly offset: number;
  /** Of the statement, from 1. */
  readonly line: number;
}

/** What a migration does to a database, in the order of its statements. */
export interface Footprint {
  readonly version: string;
  /** As people see the path. */
  readonly file: string;
  readonly accesses: readonly Access[];
  /** Places that may do more than can be read from them, such as EXECUTE of a text that is only made when it runs. */
  readonly unknown: readonly { readonly line: number; readonly why: string }[];
}
