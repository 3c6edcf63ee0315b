import { createHash } from 'node:crypto';

/**
 * SHA-256 (hex) of a plan as JSON without blanks and without its `digest`, the fields in their order: tells whether anything
 * of what was reviewed was changed since, though not by whom.
 */
export function digestOf(plan: object): string {
  const rest = Object.entries(plan).filter(([name]) => name !== 'digest');
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(rest)))
    .digest('hex');
}
