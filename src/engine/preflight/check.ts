import type { Row } from '../../postgres/row.ts';
import type { PreflightFinding } from '../../report/events.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';

/** What is about to run, as far as the live server matters for it. */
export interface Work {
  readonly engine: Engine;
  readonly control: Control;
  /** Some statement waits for old snapshots (CONCURRENTLY). */
  readonly concurrent: boolean;
  /** Indexes that the files make, drop or rebuild themselves, by name. */
  readonly indexes: ReadonlySet<string>;
}

/** One look at the live server: a query that any role may run, and what its rows mean. */
export interface Check {
  readonly name: string;
  /** First server version that has it. */
  readonly versionNum?: number;
  /** The query speaks of the tables concerned, as FOUND_RELATIONS. */
  readonly ofRelations?: true;
  readonly sql: string;
  findings(rows: readonly Row[], work: Work): PreflightFinding[];
}
