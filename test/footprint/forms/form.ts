/**
 * A form of SQL as a few files and the edges between them. A live test asks servers whether the edges are true: every order that
 * respects them works and makes the same catalog.
 */
export interface Form {
  readonly what: string;
  readonly files: readonly string[];
  /** As `edgesOf` says them. */
  readonly edges: readonly string[];
  /** The first major version that has it. */
  readonly since?: number;
}

export const T = 'CREATE TABLE t (id int PRIMARY KEY, a int, b text);';
export const F = "CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x';";
export const LESS = "CREATE FUNCTION less(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 < $2';";
