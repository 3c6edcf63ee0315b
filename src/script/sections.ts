import type { Snapshot } from '../catalog/snapshot.ts';
import { type NotWritten, RANK } from './context.ts';
import { arrange } from './script.ts';
import { type Key, type Side, sideOf } from './side.ts';
import type { Line, Step } from './step.ts';
import { paragraph } from './text.ts';

export interface Sections {
  /** What must be there before rows: schemas, types, functions, tables with their keys. */
  readonly preData: string;
  /** What comes behind them: indexes, foreign keys, triggers, rules, policies, and materialized views, which are filled then. */
  readonly postData: string;
  readonly notWritten: readonly NotWritten[];
}

/**
 * The SQL that makes a schema of an empty database, cut where the rows belong. Owners and privileges are written. Both snapshots
 * hold needs.
 */
export function writeSections(empty: Snapshot, schema: Snapshot): Sections {
  const { steps, notWritten } = arrange(empty, schema, { owners: true, privileges: true }, {});
  const after = sideOf(schema);
  const isPost = laterSteps(steps, after);
  const pre: Line[] = [];
  const post: Line[] = [];
  for (const step of steps) for (const one of step.lines) (isPost.has(step) || isForOwner(one) ? post : pre).push(one);
  return { preData: sqlOf(pre), postData: sqlOf(post), notWritten };
}

/** Policies that hold for the owner, too, would refuse the rows. */
function isForOwner({ sql }: Line): boolean {
  return sql.endsWith(' FORCE ROW LEVEL SECURITY');
}

const BEHIND_ROWS: ReadonlySet<number> = new Set<number>([
  RANK.index,
  RANK.part,
  RANK.foreignKey,
  RANK.publication,
  RANK.eventTrigger,
  RANK.privileges,
]);

/** Those, and all that need them; but nothing that a table needs. The steps stand in an order in which each finds what it needs. */
function laterSteps(steps: readonly Step[], after: Side): Set<Step> {
  const maker = new Map<Key, Step>(steps.flatMap((step) => [...step.makes].map((key) => [key, step] as const)));
  const needed = (step: Step) =>
    [...step.makes].flatMap((key) => after.needs(key).flatMap(({ to }) => maker.get(to) ?? []));
  const forTables = new Set<Step>();
  const keep = (step: Step) => {
    if (forTables.has(step)) return;
    forTables.add(step);
    needed(step).forEach(keep);
  };
  for (const step of steps) if (makes(step, 'table', after)) keep(step);
  const later = new Set<Step>();
  for (const step of steps) {
    const belongs = BEHIND_ROWS.has(step.rank) || makes(step, 'materialized view', after);
    if (!forTables.has(step) && (belongs || needed(step).some((one) => later.has(one)))) later.add(step);
  }
  return later;
}

function makes({ makes: keys }: Step, type: string, { nodes }: Side): boolean {
  return [...keys].some((key) => nodes.get(key)?.type === type);
}

function sqlOf(lines: readonly Line[]): string {
  return lines.map((one) => `${paragraph(one)}\n`).join('\n');
}
