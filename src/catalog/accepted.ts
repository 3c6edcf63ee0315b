import type { Change } from './compare.ts';

/** A decision, on record, that a difference may stay. `at`: ISO 8601 in UTC; `seq`: its place in the audit trail. */
export interface Acceptance {
  readonly seq: number;
  readonly at: string;
  readonly by: string;
  readonly reason: string;
}

export interface AcceptedChange extends Change {
  readonly accepted: Acceptance;
}
