import type { Check } from './check.ts';

/** One file of the folders, as its header has it. */
interface MigrationFacts {
  readonly version: string;
  readonly description: string;
  readonly author: string | undefined;
  readonly date: string | undefined;
  /** Extensions without which it is skipped. */
  readonly requires: readonly string[];
}

/** What the audit report tells. */
export interface AuditFacts {
  readonly migrations: readonly MigrationFacts[];
  readonly checks: readonly Check[];
  /** Major version of PostgreSQL on which this was proven. */
  readonly major: number;
  /** The place of a file as the report names it. */
  readonly shownFile: (file: string) => string;
}
