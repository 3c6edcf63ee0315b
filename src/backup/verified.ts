/** What stands in verified.json beside a manifest: the last proof that the backup can be restored. */
export interface Verified {
  readonly format: 1;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The server on which it was tried, or null where only the digests were compared. */
  readonly server: string | null;
  readonly tool: string;
  readonly ok: boolean;
  /** What was compared, and what came of it. */
  readonly checks: readonly VerifiedCheck[];
}

export interface VerifiedCheck {
  readonly name: 'files' | 'restore' | 'catalog' | 'rows';
  /** Null: it could not be compared. */
  readonly ok: boolean | null;
  readonly detail: string;
}

/** From the text of the file; undefined where it is not what we write. It decides nothing, so a strange one is as good as none. */
export function readVerified(text: string): Verified | undefined {
  try {
    const value = JSON.parse(text) as Partial<Verified> | null;
    const known = value?.format === 1 && typeof value.at === 'string' && typeof value.ok === 'boolean';
    return known && Array.isArray(value.checks) ? (value as Verified) : undefined;
  } catch {
    return undefined;
  }
}
