import type { Statement } from '../../../migration/migration.ts';
import type { PlannedMigration } from '../../../plan/up.ts';

/** Statements that leave all rows of tables as they are: what files outside transactions mostly consist of. */
const HARMLESS = [
  /^(?:CREATE|DROP) (?:UNIQUE )?INDEX\b/,
  /^(?:REINDEX|VACUUM|ANALYZE|CHECKPOINT|SET|RESET|COMMENT|GRANT|REVOKE)\b/,
  /^(?:CREATE|ALTER|DROP) (?:DATABASE|PUBLICATION|ROLE|STATISTICS|SUBSCRIPTION|SYSTEM|TABLESPACE)\b/,
  /^ALTER TYPE .* ADD VALUE\b/,
  /^REFRESH MATERIALIZED VIEW\b/,
];

/** Whether a migration that has a way back may change rows, there or back, as far as its statements tell. */
export function mayChangeRows({ migration }: PlannedMigration): boolean {
  if (migration.rollback.kind !== 'sql' || migration.large !== undefined) return false;
  return ![...migration.statements, ...migration.rollback.statements].every(isHarmless);
}

function isHarmless({ words }: Statement): boolean {
  const text = words.join(' ');
  return HARMLESS.some((pattern) => pattern.test(text));
}
