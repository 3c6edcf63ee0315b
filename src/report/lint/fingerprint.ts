import { createHash } from 'node:crypto';
import type { Finding } from '../../lint/finding.ts';

/**
 * Names of findings that stay when lines are inserted above them: from rule, file, table and the text of the line, and a number
 * where these are the same. 32 hex digits each, in the order of the findings.
 */
export function fingerprints(findings: readonly Finding[]): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map(({ rule, file, relation, lineText }) => {
    const key = JSON.stringify([rule, file, relation, lineText.trim().replace(/\s+/g, ' ')]);
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    return createHash('sha256').update(`${key}${times}`).digest('hex').slice(0, 32);
  });
}
