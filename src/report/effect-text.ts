import type { WeighedDifference } from '../catalog/equal-in-effect.ts';
import { visibleLine } from './visible.ts';

const NAMED_MAX = 3;

/** What makes no difference to whoever uses the database, in words. */
export function effectLines({ equalInEffect }: WeighedDifference): string[] {
  const columns = equalInEffect.filter(({ type }) => type === 'column').map(({ name }) => visibleLine(name));
  if (columns.length === 0) return [];
  const named = columns.length > NAMED_MAX ? [...columns.slice(0, NAMED_MAX), '...'] : columns;
  return [`serial on one side, an identity on the other, equal in effect: ${named.join(', ')}`];
}
