import type { Finding } from '../lint/finding.ts';
import type { PlanBasis } from '../plan/bound.ts';
import type { Evidence } from '../plan/held.ts';
import type { Forecast } from './forecast.ts';
import type { PlannedHold } from './holds.ts';

export const PLAN_FORMAT = 1;

/** What `plan` shows and `--out` writes; the JSON document. `bound` decides whether it may be applied, `digest` whether it is as it was written. */
export interface PlanReport {
  readonly format: typeof PLAN_FORMAT;
  readonly tool: string;
  /** ISO 8601, by the server's clock. */
  readonly madeAt: string;
  readonly bound: PlanBasis;
  /** What is kept before data is destroyed: nothing (`never`), that data (`auto`), and a full backup too (`always`). */
  readonly backup: 'auto' | 'always' | 'never';
  /** Where that data goes. */
  readonly backupTo: 'schema' | 'file';
  /** SHA-256 (hex) of all the rest: see digestOf. */
  readonly digest: string;
  /** What the application has to wait for, the worst first. */
  readonly holds: readonly PlannedHold[];
  readonly migrations: readonly PlannedView[];
  readonly skipped: readonly { readonly version: string; readonly reason: string }[];
  /** Those that `migrate` passes over for now, with what was looked at. */
  readonly held: readonly PlanHeld[];
  /** What the live server says against running now. */
  readonly preflight: readonly { readonly check: string; readonly found: string; readonly next: string }[];
  /** Who holds, right now, what the plan will ask for. */
  readonly blockers: readonly PlanBlocker[];
  /** Of the linter, over the files of the plan. */
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

export interface PlanBlocker {
  /** As SQL names it, with its schema. */
  readonly relation: string;
  /** The mode that the plan needs there, as SQL writes it. */
  readonly lock: string;
  /** Null: a prepared transaction. */
  readonly pid: number | null;
  /** In words who holds what stands against it, and what ends the wait. */
  readonly holder: string;
  readonly next: string;
}

export interface PlannedView {
  readonly version: string;
  readonly description: string;
  readonly file: string;
  /** Why it stands at this place. */
  readonly why: string;
  readonly depends: readonly string[];
  /** What it stands on: by its header, and of the plan by its SQL. */
  readonly needs: readonly PlannedNeed[];
  readonly mode: 'transaction' | 'steps' | 'batches';
  readonly steps: readonly PlannedStep[];
  readonly rollback: PlannedRollback;
  /** What the file destroys of the data that is there; a backup of it would have to hold these. */
  readonly destroys: readonly string[];
}

export interface PlannedNeed {
  readonly version: string;
  /** A `Depends:` header names it. */
  readonly declared: boolean;
  /** What of it the SQL touches: `uses table orders`; null where that is not seen. */
  readonly inferred: string | null;
  /** Where it does. */
  readonly line: number | null;
}

export interface PlannedStep {
  readonly transactional: boolean;
  /** Why it stands alone, or why its transaction ends. */
  readonly reason: string | null;
  /** An earlier run has done it. */
  readonly done: boolean;
  readonly statementCount: number;
  /** All of them; of a file that is too large to be held in memory, those that somebody notices. */
  readonly statements: readonly PlannedStatementView[];
}

export interface PlannedStatementView extends Forecast {
  readonly line: number;
  readonly column: number;
  /** Its beginning. */
  readonly sql: string;
}

export interface PlannedRollback {
  readonly kind: 'sql' | 'irreversible' | 'none';
  /** Of an irreversible one. */
  readonly reason: string | null;
  /** What going back loses of what was written since. */
  readonly loses: readonly string[];
}

export interface PlanHeld {
  readonly version: string;
  readonly reason: string;
  readonly evidence: readonly Evidence[];
}
