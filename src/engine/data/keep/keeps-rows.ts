import type { Migration } from '../../../migration/migration.ts';
import type { Engine } from '../../engine.ts';

/** Whether the batches of a data migration keep the rows as they were: where its header says so, or the policy is to keep all. */
export function keepsRows({ settings }: Pick<Engine, 'settings'>, { data }: Migration): boolean {
  if (settings.backup.policy === 'never') return false;
  return data?.keep ?? settings.backup.policy === 'always';
}
