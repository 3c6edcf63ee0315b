import { createHash } from 'node:crypto';
import type { Bound } from '../../plan/bound.ts';

/** Tells whether anybody has written into the part of a plan that decides what is applied. */
export function digestOf(bound: Bound): string {
  return createHash('sha256').update(JSON.stringify(bound)).digest('hex');
}
