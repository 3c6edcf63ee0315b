import type { MigrationStatus } from '../../plan/reconcile.ts';
import { reasonText } from '../../plan/standing.ts';
import type { PlannedMigration, UpPlan, WaitingMigration } from '../../plan/up.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { readGraph } from '../graph/read-graph.ts';
import { searchPathInForce } from '../search-path.ts';

/**
 * The plan without the data migrations that run in the background, and without what stands on one of them, by its header or by what
 * its SQL does.
 */
export async function holdBack(
  plan: UpPlan,
  engine: Engine,
  control: Control,
  statuses: readonly MigrationStatus[],
): Promise<UpPlan> {
  const background = plan.migrations.filter(({ migration }) => migration.data?.background === true);
  const held = new Map(background.map(({ version }) => [version, 'it runs in the background']));
  const others = plan.migrations.filter(({ version }) => !held.has(version));
  if (others.length === 0) return { ...plan, migrations: [], background };
  const searchPath = await searchPathInForce(engine.settings, control);
  const { graph } = await readGraph(statuses, { control, searchPath, byNumber: true });
  const migrations: PlannedMigration[] = [];
  const waiting: WaitingMigration[] = [];
  for (const one of others) {
    const found = standsOn(one);
    if (found) {
      held.set(one.version, found.reason);
      waiting.push({ version: one.version, migration: one.migration, status: one.status, ...found });
    } else migrations.push(one);
  }
  return { ...plan, migrations, background, waiting };

  function standsOn({ version, depends }: PlannedMigration): { on: string; reason: string } | undefined {
    const declared = depends.find((on) => held.has(on));
    if (declared) return { on: declared, reason: `its header says that it depends on ${declared}` };
    // A weak link will do: what touches the same rows may find them half changed.
    const link = graph.needsOf(version).find((need) => held.has(need.version));
    const [reason] = link?.inferred?.reasons ?? [];
    return link && { on: link.version, reason: reason ? reasonText(reason) : 'by what its SQL does' };
  }
}
