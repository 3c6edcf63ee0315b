import type { Control } from '../control.ts';

/** What the audit trail says of a backup in files. */
export interface BackupOnRecord {
  readonly manifestSha256: string | null;
  readonly runId: string | null;
}

/** The backups in files that the audit trail tells of, by id: full ones, and those of what a run has destroyed. */
export async function manifestsOnRecord({ session, names, ledger }: Control): Promise<Map<string, BackupOnRecord>> {
  if ((ledger.layout ?? 0) === 0) return new Map();
  const rows = await session.query(
    `SELECT e.detail ->> 'id' AS id, e.detail ->> 'manifestSha256' AS sha, e.run_id FROM ${names.events} AS e
WHERE e.event = 'backed_up' AND e.detail ->> 'id' IS NOT NULL ORDER BY e.seq`,
  );
  return new Map(rows.map(({ id, sha, run_id }) => [id ?? '', { manifestSha256: sha ?? null, runId: run_id ?? null }]));
}
