import type { Statement } from '../../migration/migration.ts';

const LEAVES_ROWS = [
  /^(?:REINDEX|VACUUM|ANALYZE|CHECKPOINT|SET|RESET|COMMENT|GRANT|REVOKE|REFRESH MATERIALIZED VIEW)\b/,
  // What is dropped may take columns along: types and routines are not here.
  /^(?:CREATE|ALTER|DROP) (?:OR REPLACE )?(?:UNIQUE )?(?:INDEX|VIEW|TRIGGER|POLICY|PUBLICATION|STATISTICS|SUBSCRIPTION)\b/,
  /^(?:CREATE|ALTER|DROP) (?:DATABASE|ROLE|SYSTEM|TABLESPACE)\b/,
  /^(?:CREATE|ALTER) (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)\b/,
  /^CREATE TYPE\b/,
  /^ALTER TYPE .* ADD VALUE\b/,
];

/** Whether a statement, by its leading words, leaves the rows of all tables as they are. */
export function leavesRows({ words }: Pick<Statement, 'words'>): boolean {
  const text = words.join(' ');
  return LEAVES_ROWS.some((pattern) => pattern.test(text));
}
