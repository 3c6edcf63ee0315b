import { compareByNumber } from '../graph/order.ts';
import { isLate } from '../plan/late.ts';
import { Problem } from '../problem/problem.ts';
import { type Resolved, refusal } from './file.ts';

export interface Choice {
  /** Versions that the person named: only these, and what depends on them. */
  readonly named: ReadonlySet<string>;
  /** What is applied, and what is on the branch: what has a lower number than the last of them came too late. */
  readonly bounds: readonly Bound[];
  /** A branch is known, so all that may move is ours, and keeps its order. */
  readonly byBranch: boolean;
}

export interface Bound {
  /** In their order, at least one. */
  readonly placed: readonly { readonly version: string; readonly number: bigint }[];
  readonly by: 'database' | 'branch';
  /** Behind the version: `is applied to app`. */
  readonly why: string;
}

/**
 * Which files get new numbers, with the reason of each, in the order in which they are applied: those that `migrate` would refuse as late
 * or as twins of a number, what depends on them, and with a branch what is ours and comes behind them. Problem
 * `renumber-refused` where one of them has to keep its name.
 */
export function chooseMoves(files: readonly Resolved[], choice: Choice): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  const complaints =
    choice.named.size > 0 ? takeNamed(files, choice.named, reasons) : takeAmiss(files, choice, reasons);
  takeFollowers(files, choice, reasons);
  complaints.push(...keptFollowers(files, choice, reasons));
  if (complaints.length > 0) throw refusal(complaints);
  return new Map(files.flatMap(({ version }) => (reasons.has(version) ? [[version, reasons.get(version)!]] : [])));
}

/** It stays where it is, unless a branch alone says so and the person does not. */
function isKept({ kept, version }: Resolved, { named }: Pick<Choice, 'named'>): boolean {
  return kept !== undefined && (kept.by === 'database' || !named.has(version));
}

function takeNamed(files: readonly Resolved[], named: ReadonlySet<string>, reasons: Map<string, string>): Problem[] {
  const wanted = files.filter(({ version }) => named.has(version));
  const kept = wanted.filter((file) => isKept(file, { named }));
  for (const file of wanted) if (!kept.includes(file)) reasons.set(file.version, 'named');
  return kept.map((file) => keptProblem(file, []));
}

function takeAmiss(files: readonly Resolved[], choice: Choice, reasons: Map<string, string>): Problem[] {
  const complaints: Problem[] = [];
  for (const file of files) {
    const [first, second] = choice.bounds.flatMap((bound) => behindOf(file, bound) ?? []).sort(compareByNumber);
    const database = [first, second].find((one) => one?.by === 'database');
    if (first && !file.kept) reasons.set(file.version, `late: ${first.version} ${first.why}`);
    else if (database && file.kept?.by === 'branch' && !file.isAbsent) complaints.push(lateThere(file, database));
  }
  return [...complaints, ...takeTwins(files, reasons)];
}

/** To this database; where the branch was deployed it may have come in time. */
function lateThere(file: Resolved, bound: Behind): Problem {
  return keptProblem(file, []).with({
    found: `it is late: ${bound.version}, which has a higher number, ${bound.why}`,
    next: [
      'Apply it all the same, if it does not matter that it runs later here: taskflow-db migrate --allow-late',
      ...keptRemedy(file),
    ],
  });
}

/** The nearest that is there already. */
interface Behind extends Pick<Bound, 'by' | 'why'> {
  readonly version: string;
  readonly number: bigint;
}

/** Of a late file. To the database only what is new there can be late. */
function behindOf(file: Resolved, { placed, by, why }: Bound): Behind | undefined {
  const isThereLate = isLate({ ...file, isNew: by === 'branch' || file.isNew }, placed.at(-1)!);
  const nearest = placed.find((one) => one.number !== file.number && compareByNumber(file, one) < 0);
  return isThereLate && nearest ? { ...nearest, by, why } : undefined;
}

function takeTwins(files: readonly Resolved[], reasons: Map<string, string>): Problem[] {
  const complaints: Problem[] = [];
  const needs = neededBy(files);
  const open = (a: Resolved, b: Resolved) =>
    (a.isToApply || b.isToApply) && !needs(a.version).has(b.version) && !needs(b.version).has(a.version);
  for (const twins of groupsByNumber(files.filter(({ version }) => !reasons.has(version)))) {
    const staying = twins.filter(({ kept }) => kept);
    for (const one of twins.filter(({ kept }) => !kept)) {
      const other = staying.find((stays) => open(stays, one));
      if (other) reasons.set(one.version, `${other.version} has the same number`);
      else staying.push(one);
    }
    complaints.push(...stuckTwins(staying, open));
  }
  return complaints;
}

/** Those of one number, each group in which two are in no order by their headers. */
export function twinsAmong(files: readonly Resolved[]): string[][] {
  const needs = neededBy(files.map((file) => ({ ...file, isToApply: true })));
  const open = (a: Resolved, b: Resolved) => !needs(a.version).has(b.version) && !needs(b.version).has(a.version);
  return groupsByNumber(files)
    .filter((twins) => twins.some((a, i) => twins.slice(i + 1).some((b) => open(a, b))))
    .map((twins) => twins.map(({ version }) => version));
}

function groupsByNumber(files: readonly Resolved[]): Resolved[][] {
  const groups = new Map<bigint, Resolved[]>();
  for (const file of files) groups.set(file.number, [...(groups.get(file.number) ?? []), file]);
  return [...groups.values()].filter((group) => group.length > 1);
}

/** For a version all that it needs, directly or through others. */
function neededBy(files: readonly Resolved[]): (version: string) => ReadonlySet<string> {
  const depends = new Map(files.filter(({ isToApply }) => isToApply).map((file) => [file.version, file.depends]));
  return (version) => {
    const seen = new Set(depends.get(version));
    for (const one of seen) for (const next of depends.get(one) ?? []) seen.add(next);
    return seen;
  };
}

/** Both keep their names, so that nobody can put them in order here. */
function stuckTwins(staying: readonly Resolved[], open: (a: Resolved, b: Resolved) => boolean): Problem[] {
  const kept = staying.filter((one) => one.kept && !one.isAbsent).sort((a, b) => placeOf(a) - placeOf(b));
  return kept.flatMap((a, i) => {
    const b = kept.slice(i + 1).find((other) => open(a, other));
    return b ? [keptProblem(a, [b])] : [];
  });
}

function placeOf({ kept }: Resolved): number {
  return kept?.by === 'database' ? 0 : 1;
}

/** Until nothing more follows: what needs one that moves, and of ours what comes behind one. */
function takeFollowers(files: readonly Resolved[], choice: Choice, reasons: Map<string, string>): void {
  const ours = choice.byBranch && choice.named.size === 0;
  let first: string | undefined;
  for (const file of files) {
    const { version } = file;
    const needed = file.depends.find((one) => reasons.has(one));
    if (!reasons.has(version) && !isKept(file, choice)) {
      if (needed) reasons.set(version, `depends on ${needed}`);
      else if (ours && first !== undefined) reasons.set(version, `comes behind ${first}`);
    }
    if (reasons.has(version)) first ??= version;
  }
}

/** What is applied, or on the branch, and names one that moves: its header would have to change. */
function keptFollowers(files: readonly Resolved[], choice: Choice, reasons: ReadonlyMap<string, string>): Problem[] {
  return files
    .filter((file) => isKept(file, choice) && !reasons.has(file.version))
    .flatMap((file) => {
      const needed = file.depends.find((version) => reasons.has(version));
      const one = files.find(({ version }) => version === needed);
      return one ? [neededProblem(one, file)] : [];
    });
}

function neededProblem(one: Resolved, by: Resolved): Problem {
  return new Problem('renumber-refused', `${one.version} keeps its number: ${by.version} depends on it`, {
    version: one.version,
    where: { file: by.file },
    found: `${by.version} ${by.kept?.why ?? ''}`,
    next: keptRemedy(by),
  });
}

/** `twins`: files with the same number that have to keep it, too. */
function keptProblem(file: Resolved, twins: readonly Resolved[]): Problem {
  const { version, kept } = file;
  const others = twins.map((twin) => `${twin.version}, which has the same number, ${twin.kept?.why}`);
  return new Problem('renumber-refused', `${version} keeps its number: it ${kept?.why}`, {
    version,
    where: { file: file.file },
    ...(others.length > 0 ? { found: others.join('; ') } : {}),
    next: keptRemedy(file),
  });
}

function keptRemedy({ version, kept }: Resolved): string[] {
  if (kept?.by === 'branch') return [`If no database has it yet, name it: taskflow-db renumber ${version}`];
  return [`If that is a database of yours only, undo it there first: taskflow-db rollback --version ${version}`];
}
