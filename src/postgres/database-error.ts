/**
 * An error that the server reported, as the driver throws it (manual, "Error and Notice Message Fields"). Written out here
 * so that the library's types need nobody else's.
 */
export interface DatabaseError extends Error {
  readonly severity: string | undefined;
  /** SQLSTATE. */
  readonly code: string | undefined;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  /** In characters of the statement, from 1. */
  readonly position: string | undefined;
  readonly internalPosition: string | undefined;
  readonly internalQuery: string | undefined;
  /** The CONTEXT field. */
  readonly where: string | undefined;
  readonly schema: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly constraint: string | undefined;
}
