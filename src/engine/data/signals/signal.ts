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

/** The subquery of a table and all its partitions, as OIDs; its OID is the first parameter. */
export const TABLE_AND_PARTITIONS = `(SELECT $1::pg_catalog.oid UNION SELECT p.relid::pg_catalog.oid
  FROM pg_catalog.pg_partition_tree($1::pg_catalog.oid::pg_catalog.regclass) AS p)`;
