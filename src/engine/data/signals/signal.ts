import type { SignalName } from '../../../batch/measures.ts';
import type { Reading } from '../../../batch/throttle.ts';
import type { Row } from '../../../postgres/row.ts';

/** What a run works on, as far as signals are about it. */
export interface About {
  /** Its OID. */
  readonly relation: string;
  /** As SQL names it, quoted where it must be. */
  readonly table: string;
  /** Columns of the key by which one row is read, quoted; none: there is no probe. */
  readonly key: readonly string[];
  /** application_name of replicas that may be behind. */
  readonly ignoredReplicas: readonly string[];
}

/** What one look at a signal has shown. */
export interface Seen {
  readonly readings: readonly Reading[];
  /** What this role cannot see of it, with what it would need: never taken as healthy. */
  readonly unseen?: string;
}

/** One query that any role may ask, and what its rows mean. What is compared with the look before is kept inside. */
export interface Signal {
  readonly name: SignalName;
  readonly sql: string;
  params?(about: About): readonly string[];
  read(rows: readonly Row[], about: About): Seen;
}

export const NEEDS = 'the role needs pg_monitor';

/**
 * The subquery of a table and all its partitions, as OIDs; its OID is the first parameter. pg_partition_tree would lock each of
 * them, and wait for whoever has one.
 */
export const TABLE_AND_PARTITIONS = `(WITH RECURSIVE family (relid) AS (SELECT $1::pg_catalog.oid
  UNION SELECT i.inhrelid FROM family AS f JOIN pg_catalog.pg_inherits AS i ON i.inhparent = f.relid) SELECT relid FROM family)`;
