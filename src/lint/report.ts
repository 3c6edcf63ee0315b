import { isFault } from './fault.ts';
import { type Finding, SEVERITIES, type Severity } from './finding.ts';
import type { Topic } from './rule.ts';

/** What lint found, and what it went by: a value that every format is made of. */
export interface LintReport {
  /** Paths of the files that were judged, without those that could not be, as people write them, in the order in which they would be applied. */
  readonly files: readonly string[];
  /** How many statements they hold, those of ROLLBACK sections too. */
  readonly statements: number;
  /** By file, then by place; those that `-- Allow:` accepts, too. Before them what keeps files from being judged (`isFault`). */
  readonly findings: readonly Finding[];
  /** The rules that ran, in the order of the registry. */
  readonly rules: readonly RanRule[];
  /** Statements that the grammar does not take; they were judged by their leading words. */
  readonly notUnderstood: readonly NotUnderstoodStatement[];
  /** Why less is known than could be: other files that cannot be read, files that were not rehearsed. One sentence each. */
  readonly notes: readonly string[];
  readonly basis: LintBasis;
}

/** A rule as it was in force. */
export interface RanRule {
  readonly id: string;
  readonly topic: Topic;
  readonly summary: string;
  /** By the settings, before the size of a table is weighed. */
  readonly severity: Severity;
}

export interface NotUnderstoodStatement {
  readonly file: string;
  /** From 1, in characters. */
  readonly line: number;
  readonly column: number;
  /** What the grammar says. */
  readonly reason: string;
}

/** What the judgement rests on. */
export interface LintBasis {
  /** Why these files: they were named, they are not applied yet, or there was nobody to ask and so it is all of them. */
  readonly set: 'named' | 'pending' | 'all';
  /** Where schema, sizes and traffic come from; `files`: from the files alone, sizes unknown. */
  readonly source: 'database' | 'statistics' | 'files';
  /** The name of the database; null where none was asked. */
  readonly database: string | null;
  /** Why a database that is named was not asked, in one sentence; null where it was, or none is named. */
  readonly unasked: string | null;
  /** Path of the statistics file. */
  readonly statisticsFile: string | null;
  /** When the statistics were taken (ISO 8601, UTC); null where there are none. */
  readonly takenAt: string | null;
  /** Major version of the servers it is judged for. */
  readonly serverMajor: number;
  /** Who says so: the server or its statistics, a flag or the settings, or nobody. */
  readonly serverMajorFrom: 'server' | 'settings' | 'default';
}

/** From which severity on the command ends with status 3. */
export type FailOn = Severity | 'never';

/** Whether a finding is at or above a severity. What is allowed on record never is, what keeps a file from being judged always. */
export function counts(finding: Finding, failOn: FailOn): boolean {
  const { severity, allowed } = finding;
  if (isFault(finding)) return true;
  if (allowed !== null || failOn === 'never') return false;
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn);
}
