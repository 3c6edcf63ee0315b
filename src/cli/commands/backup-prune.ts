import type { KeepRules } from '../../backup/retention.ts';
import { type PrunePlan, planPrune, prune } from '../../engine/backup/prune-backups.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { count, formatBytes, parseBytes } from '../../problem/quantity.ts';
import type { CommandContext } from '../context.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const settings = context.settings();
  const keep = rules(context);
  const plan = planPrune(settings, keep, context.args.value('database'), new Date());
  const dryRun = context.args.has('dry-run');
  if (!context.wantsJson) for (const line of lines(plan)) context.stdout.line(line);
  if (!dryRun && plan.remove.length > 0) {
    await context.confirm(`Remove ${count(plan.remove.length, 'backup')} for good?`);
    prune(plan);
    if (!context.wantsJson) context.stdout.line(`Removed ${size(plan)}.`);
  }
  if (context.wantsJson) context.json(document(plan, dryRun));
  return EXIT.done;
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

function lines({ remove, kept, passedOver, overSize }: PrunePlan): string[] {
  if (remove.length === 0) return [`Nothing to remove; ${stays(kept.length)}`, ...notes(passedOver, overSize)];
  return [
    ...remove.map(
      ({ backup, why }) => `remove ${backup.id} of ${backup.database}, ${formatBytes(backup.bytes ?? 0)}: ${why}`,
    ),
    stays(kept.length),
    ...notes(passedOver, overSize),
  ];
}

function notes(passedOver: PrunePlan['passedOver'], overSize: readonly string[]): string[] {
  return [
    ...passedOver.map(({ id, database, state }) => `${id} of ${database} is ${state}: left alone.`),
    ...overSize.map((database) => `What must stay of ${database} is larger than the size that is kept.`),
  ];
}

function size({ remove }: PrunePlan): string {
  const bytes = remove.reduce((sum, { backup }) => sum + (backup.bytes ?? 0), 0);
  return `${count(remove.length, 'backup')}, ${formatBytes(bytes)}`;
}

function document({ remove, kept, passedOver, keep }: PrunePlan, dryRun: boolean): unknown {
  return {
    ok: true,
    dryRun,
    keep: { last: keep.last ?? null, days: keep.days ?? null, bytes: keep.bytes ?? null },
    removed: remove.map(({ backup, why }) => ({ id: backup.id, database: backup.database, bytes: backup.bytes, why })),
    kept: kept.map(({ id }) => id),
    passedOver: passedOver.map(({ id, state }) => ({ id, state })),
  };
}

function stays(amount: number): string {
  return `${count(amount, 'backup')} ${amount === 1 ? 'stays' : 'stay'}.`;
}
