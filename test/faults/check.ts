/** What must hold after a fault, and after the one plain `migrate` that follows it. */
import type { TestDatabase } from '../support/servers.ts';
import type { Bed, Version } from './bed.ts';
import type { Told } from './engine-run.ts';
import { difference, type Event, type History, history, type Snapshot, snapshot, undone } from './state.ts';

const NOTHING: Snapshot = { lines: [], half: [] };

/** A promise that is broken; the text says how, for whoever reads the sweep's report. */
export class Violation extends Error {}

function demand(holds: boolean, what: string, ...lines: readonly string[]): asserts holds {
  if (!holds) throw new Violation([what, ...lines.slice(0, 30)].join('\n  '));
}

/**
 * After the fault, with nobody connected any more: each version is applied and recorded, or neither; what runs in steps
 * stands between two of them; nothing was announced that is not true; the trail is whole.
 */
export async function checkAfterFault(bed: Bed, database: TestDatabase, action: string, told?: Told): Promise<void> {
  const past = await history(database);
  const inForce = past.recorded.filter((row) => row.success).map((row) => row.version);
  const names = bed.versions.map((version) => version.name);
  demand(isPrefix(inForce, names), `not the first ${inForce.length} versions are recorded`, ...inForce);
  checkTrail(past, inForce);
  const found = await snapshot(database);
  const allowed = action === 'rollback' ? beforeOrUndoing(bed, inForce.length) : beforeOrUnderWay(bed, inForce.length);
  const differences = allowed.states.map((state) =>
    difference(found, state).filter((line) => !allowed.loose.test(line)),
  );
  const recorded = `recorded: ${inForce.at(-1) ?? 'nothing'}`;
  demand(
    differences.some((one) => one.length === 0),
    `the database is in no state that fits its history (${recorded})`,
    ...shortest(differences),
  );
  demand(found.half.length === 0 || allowed.mayBeHalf, `half done, and not under way (${recorded})`, ...found.half);
  const untrue = (told?.applied ?? []).filter((version) => action === 'migrate' && !inForce.includes(version));
  const undoneUntrue = (told?.rolledBack ?? []).filter((version) => inForce.includes(version));
  demand(untrue.length + undoneUntrue.length === 0, 'announced, and not so', ...untrue, ...undoneUntrue);
}

interface Allowed {
  readonly states: readonly Snapshot[];
  readonly mayBeHalf: boolean;
  /** Lines that may differ. */
  readonly loose: RegExp;
}

const STRICT = /^(?!)/;
/** What a procedure has committed when it is stopped in its middle. */
const looseFor = (version: Version | undefined) => (version?.name.endsWith('_procedure') ? /^[-+] data item / : STRICT);

function beforeOrUnderWay(bed: Bed, count: number): Allowed {
  const before = bed.versions[count - 1]?.after ?? NOTHING;
  const next = bed.versions[count];
  const steps = next?.steps ?? [];
  return { states: [before, ...steps], mayBeHalf: steps.length > 0, loose: looseFor(next) };
}

function beforeOrUndoing(bed: Bed, count: number): Allowed {
  const last = bed.versions[count - 1];
  const steps = last?.backSteps ?? [];
  return { states: [last?.after ?? NOTHING, ...steps], mayBeHalf: steps.length > 0, loose: STRICT };
}

/** After the run that mends it: as after a run without a fault, everything exactly once. */
export async function checkEnd(bed: Bed, database: TestDatabase, told: Told): Promise<void> {
  demand(!told.problem && !told.crash, `the plain migrate afterwards failed: ${described(told)}`);
  const past = await history(database);
  const inForce = past.recorded.filter((row) => row.success).map((row) => row.version);
  const names = bed.versions.map((version) => version.name);
  demand(inForce.join() === names.join(), 'not all versions are applied', ...inForce);
  checkTrail(past, inForce);
  checkAnswered(past.events);
  const found = await snapshot(database);
  const left = difference(found, bed.versions.at(-1)?.after ?? NOTHING);
  demand(left.length === 0, 'the end is not that of a run without a fault', ...left);
  demand(found.half.length === 0, 'something is left half done', ...found.half);
  const undoneTwice = duplicates(await undone(database));
  demand(undoneTwice.length === 0, 'undone twice', ...undoneTwice);
}

/** After a rollback of everything that went through. */
export async function checkNothingLeft(bed: Bed, database: TestDatabase, told: Told): Promise<void> {
  demand(!told.problem && !told.crash, `the plain rollback afterwards failed: ${described(told)}`);
  const past = await history(database);
  const inForce = past.recorded.filter((row) => row.success).map((row) => row.version);
  demand(inForce.length === 0, 'still recorded', ...inForce);
  checkTrail(past, inForce);
  const left = difference(await snapshot(database), NOTHING);
  demand(left.length === 0, 'the rollback left something', ...left);
  const done = await undone(database);
  const ever = new Set(past.events.filter(({ event }) => event === 'applied').map(({ version }) => version));
  const wanted = bed.versions.map((one) => one.name).filter((name) => ever.has(name));
  demand(done.join() === wanted.join(), 'not each undone exactly once', ...done);
}

function checkTrail({ events, brokenAt }: History, inForce: readonly string[]): void {
  demand(brokenAt === 0, `the chain of events is broken at ${brokenAt}`);
  const balance = new Map<string, number>();
  for (const { event, version } of events) {
    const change = event === 'applied' ? 1 : event === 'rolled_back' ? -1 : 0;
    if (version) balance.set(version, (balance.get(version) ?? 0) + change);
  }
  for (const version of inForce) if (!balance.has(version)) balance.set(version, 0);
  const wrong = [...balance].filter(([version, count]) => count !== (inForce.includes(version) ? 1 : 0));
  demand(
    wrong.length === 0,
    'events and records do not agree',
    ...wrong.map(([version, count]) => `${version}: ${count}`),
  );
}

const ENDS = new Set([
  'applied',
  'failed',
  'cancelled',
  'connection_lost',
  'rolled_back',
  'rollback_failed',
  'interrupted',
]);

/** Each beginning has an end of the same run, or a later run says something of that version. */
function checkAnswered(events: readonly Event[]): void {
  const open = events.filter(({ event, version, run, seq }) => {
    if (event !== 'started' && event !== 'rollback_started') return false;
    const later = events.filter((other) => other.version === version && other.seq > seq);
    return !later.some((other) => other.run !== run || ENDS.has(other.event));
  });
  demand(open.length === 0, 'begun, and nothing says how it ended', ...open.map((one) => `${one.seq} ${one.version}`));
}

/** A run that could end its sentence has said what went wrong as a Problem, and not one of our own making. */
export function checkSaid(told: Told): void {
  demand(!told.crash, `the run ended with an error that is no Problem: ${described(told)}`);
  demand(told.problem?.code !== 'internal', `the run ended with an internal error: ${described(told)}`);
}

function described({ problem, crash }: Told): string {
  if (crash) return crash instanceof Error ? (crash.stack ?? crash.message) : String(crash);
  return [problem?.code, problem?.message, problem?.fields.found, problem?.fields.state].filter(Boolean).join(' | ');
}

function isPrefix(part: readonly string[], whole: readonly string[]): boolean {
  return part.join() === whole.slice(0, part.length).join();
}

function duplicates(list: readonly string[]): string[] {
  return list.filter((one, i) => list.indexOf(one) !== i);
}

function shortest(lists: readonly string[][]): string[] {
  return [...lists].sort((a, b) => a.length - b.length)[0] ?? [];
}
