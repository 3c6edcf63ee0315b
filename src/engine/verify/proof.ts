import { createHash } from 'node:crypto';
import type { MigrationFile } from '../../plan/migration-file.ts';

/** So many failures are kept with a proof; a report has all of them. */
const FAILURES_MAX = 20;

/** What `verify` has found, as the audit trail keeps it (event `verified`). */
export interface Proof {
  readonly ok: boolean;
  /** Only what comes after this version, or this version alone, was tried. */
  readonly since?: string;
  readonly only?: string;
  /** How many migrations were tried. */
  readonly tried: number;
  /** How many checks ended in each state. */
  readonly checks: Readonly<Record<string, number>>;
  /** The first of those that failed. */
  readonly failures: readonly { readonly check: string; readonly version: string | null; readonly detail: string }[];
  /** Names the files as they were: see filesDigest. */
  readonly files: string;
  readonly scratch: string;
  readonly executionTimeMs: number;
}

interface Reported {
  readonly ok: boolean;
  readonly tried: number;
  readonly checks: readonly {
    readonly name: string;
    readonly version: string | null;
    readonly state: string;
    readonly detail: string;
  }[];
  readonly scratch: { readonly serverVersion: string };
  readonly files: string;
}

interface Scope {
  readonly since?: string | undefined;
  readonly only?: string | undefined;
}

export function proofOf(report: Reported, { since, only }: Scope, executionTimeMs: number): Proof {
  const { ok, tried, checks, scratch, files } = report;
  const counts: Record<string, number> = {};
  for (const { state } of checks) counts[state] = (counts[state] ?? 0) + 1;
  const failed = checks.filter(({ state }) => state === 'failed');
  return {
    ok,
    ...(since === undefined ? {} : { since }),
    ...(only === undefined ? {} : { only }),
    tried,
    checks: counts,
    failures: failed.slice(0, FAILURES_MAX).map(({ name, version, detail }) => ({ check: name, version, detail })),
    files,
    scratch: scratch.serverVersion,
    executionTimeMs,
  };
}

/** SHA-256 (hex) of the versions and checksums, in the order of their names: another one as soon as any file is another one. */
export function filesDigest(files: readonly MigrationFile[]): string {
  const lines = files.map(({ version, checksum }) => `${checksum} ${version}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}
