/** A statement in the body of a DO block, a function or a procedure. */
export interface InnerStatement {
  /** Without `;`; PERFORM reads as SELECT, and INTO with its variables as blanks. */
  readonly sql: string;
  /** Where it begins in the outer statement, as UTF-16 offset. */
  readonly offset: number;
  /** The offset in the outer statement of an offset in it. */
  readonly placeOf: (offset: number) => number;
  /** It runs once for each round of a loop. */
  readonly inLoop: boolean;
  /** The loop ends its transaction as it goes (COMMIT), so that locks are not held for all of it. */
  readonly commits: boolean;
}

/** A variable that a block of PL/pgSQL declares. */
export interface Variable {
  readonly name: string;
  /** As it is written: `app.status[]`, `orders.id%TYPE`; of `orders%ROWTYPE` the table alone, which names the same. */
  readonly type: string;
  /** The offset of the type in the outer statement. */
  readonly offset: number;
}

export interface Inner {
  readonly statements: readonly InnerStatement[];
  /** Expressions that may read something, each as a SELECT: of RETURN, IF, assignments. Absent: none. */
  readonly expressions?: readonly InnerStatement[];
  /** What its blocks declare. Absent: nothing. */
  readonly variables?: readonly Variable[];
  /** Places that may hold more. */
  readonly unknown: readonly { readonly offset: number; readonly why: string }[];
}
