import type { KeepRules } from '../../backup/retention.ts';
import { decideStores, type Store, type StoresToPrune } from '../../backup/stored.ts';
import { type PrunePlan, planPrune, prune } from '../../engine/backup/prune-backups.ts';
import { planNamed } from '../../engine/backup/prune-named.ts';
import { dropStores, shownStore } from '../../engine/backup/stores.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { count, formatBytes, parseBytes } from '../../problem/quantity.ts';
import { wrap } from '../../report/width.ts';
import type { CommandContext } from '../context.ts';
import { withStores } from '../kept-stores.ts';
import { exclusive } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  return withStores(context, async (kept) => {
    const both = planOf(context, kept?.stores);
    const { files, stores } = both;
    const dryRun = context.args.has('dry-run');
    if (!context.wantsJson)
      for (const line of [...lines(files, stores), ...storeLines(stores)])
        context.stdout.line(wrap(line, context.stdout.width, '  '));
    if (!dryRun && files.remove.length + stores.remove.length > 0) {
      await context.confirm(`Remove ${amountOf(both)} for good?`);
      prune(files);
      if (kept && stores.remove.length > 0) await dropStores(kept.engine, kept.control, stores.remove);
      if (!context.wantsJson) context.stdout.line(`Removed ${amountOf(both)}, ${formatBytes(bytesOf(both))}.`);
    }
    if (context.wantsJson) context.json({ ...document(files, dryRun), stores: kept ? storesDocument(stores) : null });
    return EXIT.done;
  });
}

interface Both {
  readonly files: PrunePlan;
  readonly stores: StoresToPrune;
}

/** By name, or else by rules. */
function planOf(context: CommandContext, stores: readonly Store[] | undefined): Both {
  const { args } = context;
  const names = args.positionals;
  const settings = context.settings();
  const all = args.has('kept-data');
  if (names.length === 0) {
    const keep = rules(context);
    const now = new Date();
    const files = planPrune(settings, keep, args.value('database'), now, all ? 'goes' : 'stays');
    return { files, stores: decideStores(stores ?? [], keep, now, all) };
  }
  exclusive(context, ['keep-last', 'keep-days', 'keep-size']);
  return planNamed(settings, names, { database: args.value('database'), stores: stores ?? [], all });
}

function amountOf({ files, stores }: Both): string {
  const needed = stores.remove.filter(({ store }) => store.state === 'needed').length;
  const parts = [
    ...(files.remove.length > 0 ? [count(files.remove.length, 'backup')] : []),
    ...(stores.remove.length > 0 ? [`${count(stores.remove.length, 'table')} of kept data`] : []),
  ];
  return `${parts.join(' and ')}${needed > 0 ? ` (of which a rollback would put back ${needed})` : ''}`;
}

function bytesOf({ files, stores }: Both): number {
  const sum = (list: readonly (number | null)[]) => list.reduce<number>((all, one) => all + (one ?? 0), 0);
  return sum(files.remove.map(({ backup }) => backup.bytes)) + sum(stores.remove.map(({ store }) => store.bytes));
}

function storeLines({ remove, kept, spared }: StoresToPrune): string[] {
  if (remove.length + kept.length === 0) return [];
  return [
    ...remove.map(({ store, why }) => `remove ${shownStore(store.name)}, ${formatBytes(store.bytes)}: ${why}`),
    `${count(kept.length, 'table')} of kept data ${kept.length === 1 ? 'stays' : 'stay'}.`,
    ...spared.map(({ store, why }) => `${shownStore(store.name)} stays: ${why} (--kept-data removes it).`),
  ];
}

function storesDocument({ remove, kept, spared }: StoresToPrune): unknown {
  return {
    removed: remove.map(({ store: { name, bytes, version, state }, why }) => ({ name, bytes, version, state, why })),
    kept: kept.map(({ name }) => name),
    spared: spared.map(({ store, why }) => ({ name: store.name, why })),
  };
}

/** Flags stand in the place of the whole setting: half of one rule and half of another would be nobody's wish. */
function rules({ args, settings }: CommandContext): KeepRules {
  const given: KeepRules = {
    last: args.integer('keep-last', 1),
    days: args.integer('keep-days', 0),
    bytes: sizeOf(args.value('keep-size')),
  };
  const { keep } = settings().backup;
  const chosen = isEmpty(given) ? keep : given;
  if (!isEmpty(chosen)) return chosen;
  throw new Problem('usage', 'there is no rule which backups are kept', {
    expected: 'the setting "keep", or --keep-last, --keep-days or --keep-size',
    state: 'Nothing was removed.',
  });
}

function isEmpty({ last, days, bytes }: KeepRules): boolean {
  return last === undefined && days === undefined && bytes === undefined;
}

function sizeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const bytes = parseBytes(text);
  if (bytes !== undefined) return bytes;
  throw new Problem('usage', '--keep-size needs a size', {
    found: JSON.stringify(text),
    expected: 'such as 500MB or 20GB',
  });
}

function lines(plan: PrunePlan, stores: StoresToPrune): string[] {
  const { remove, kept } = plan;
  const nothing = stores.remove.length === 0 ? 'Nothing to remove' : 'No backup to remove';
  if (remove.length === 0) return [`${nothing}; ${stays(kept.length)}`, ...notes(plan)];
  return [
    ...remove.map(
      ({ backup, why }) => `remove ${backup.id} of ${backup.database}, ${formatBytes(backup.bytes ?? 0)}: ${why}`,
    ),
    stays(kept.length),
    ...notes(plan),
  ];
}

function notes({ spared, passedOver, overSize }: PrunePlan): string[] {
  return [
    ...spared.map(({ backup, why }) => `${backup.id} of ${backup.database} stays: ${why}.`),
    ...passedOver.map(({ id, database, state }) => `${id} of ${database} is ${state}: left alone.`),
    ...overSize.map((database) => `What must stay of ${database} is larger than the size that is kept.`),
  ];
}

function document({ remove, kept, spared, passedOver, keep }: PrunePlan, dryRun: boolean): object {
  return {
    ok: true,
    dryRun,
    keep: { last: keep.last ?? null, days: keep.days ?? null, bytes: keep.bytes ?? null },
    removed: remove.map(({ backup, why }) => ({ id: backup.id, database: backup.database, bytes: backup.bytes, why })),
    kept: kept.map(({ id }) => id),
    spared: spared.map(({ backup, why }) => ({ id: backup.id, why })),
    passedOver: passedOver.map(({ id, state }) => ({ id, state })),
  };
}

function stays(amount: number): string {
  return `${count(amount, 'backup')} ${amount === 1 ? 'stays' : 'stay'}.`;
}
