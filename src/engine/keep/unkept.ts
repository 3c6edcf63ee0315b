import { describeTaking } from './describe.ts';
import type { Taking } from './taking.ts';

/** Why it cannot be told which row is which when they are put back; undefined where it can. */
export function unkeptBecause(taking: Taking): string | undefined {
  const { kind, relation, why } = taking;
  if (why !== undefined) return why;
  const shown = `${relation.schema}.${relation.name}`;
  if (relation.kind === 'v' || relation.kind === 'f') return `${shown} is no table of this database`;
  if (relation.hasChildren && kind !== 'table') return `other tables inherit from ${shown}`;
  const hasKey = describeTaking(taking, '').key.length > 0;
  return kind === 'updated' && !hasKey ? `it leaves no key by which the rows of ${shown} are known` : undefined;
}
