import type { HistoryEvent } from '../../audit/history.ts';

export type RunKind = 'apply' | 'roll back' | 'dry run' | 'other';
export type VersionState = 'planned' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted' | 'skipped';

/** One migration of a run, as its events tell. */
export interface VersionStory {
  readonly version: string;
  readonly state: VersionState;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** By the server's clock; null as long as it runs. */
  readonly ms: number | null;
  /** Of a migration in steps: those that are done, and all. */
  readonly steps: { readonly done: number; readonly of: number } | null;
  /** So many of its statements stand, whatever becomes of the rest: those of steps that are done. */
  readonly statementsDone: number;
  /** The step outside a transaction that is under way, with the server process that was given it. */
  readonly outside: { readonly step: number; readonly pid: string } | null;
  /** It was tried in vain so often, as a lock was not to be had. */
  readonly refusals: number;
  readonly failure: StoryFailure | null;
}

export interface StoryFailure {
  readonly message: string;
  readonly sqlstate: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

/** The last wait for a lock that is on record, while nothing has happened since. */
export interface StoryWait {
  readonly at: string;
  readonly relation: string | null;
  readonly refusals: number;
  /** Server processes that were in the way. */
  readonly pids: readonly number[];
}

/** A run as its part of the audit trail tells it. */
export interface RunStory {
  readonly kind: RunKind;
  readonly versions: readonly VersionStory[];
  readonly wait: StoryWait | null;
  /** What it said it would do, as its first event names it; empty where that names nothing. */
  readonly planned: readonly string[];
  /** Behind which nothing more has come. */
  readonly last: HistoryEvent | undefined;
}

type Detail = HistoryEvent['detail'];

/** Tells it from its events, oldest first. */
export function storyOf(events: readonly HistoryEvent[]): RunStory {
  const telling = new StoryTelling();
  telling.goOn(events);
  return telling.story;
}

/** The same for a run that goes on: each event is heard once, and none is kept. */
export class StoryTelling {
  readonly #versions = new Map<string, VersionStory>();
  readonly #cancels: HistoryEvent[] = [];
  #kind: RunKind | undefined;
  #planned: readonly string[] | undefined;
  #first: HistoryEvent | undefined;
  #last: HistoryEvent | undefined;
  #seq = 0;

  goOn(events: readonly HistoryEvent[]): void {
    for (const event of events) this.#hear(event);
  }

  get story(): RunStory {
    const versions = [...this.#versions.values()].filter(isPart);
    return {
      kind: this.#kind ?? 'other',
      versions,
      wait: waitIn(this.#last),
      planned: this.#planned ?? [],
      last: this.#last,
    };
  }

  /** Undefined where nothing is on record of it. */
  get first(): HistoryEvent | undefined {
    return this.#first;
  }

  /** Who wanted it to stop, and when. */
  get cancels(): readonly HistoryEvent[] {
    return this.#cancels;
  }

  /** Position of the last that was heard. */
  get seq(): number {
    return this.#seq;
  }

  #hear(event: HistoryEvent): void {
    this.#first ??= event;
    this.#seq = event.seq;
    this.#kind ??= kindIn(event);
    this.#planned ??= plannedIn(event);
    if (event.event === 'cancel_requested') this.#cancels.push(event);
    else this.#last = event;
    if (event.version === null) return;
    const before = this.#versions.get(event.version) ?? begun(event.version);
    this.#versions.set(event.version, told(before, event));
  }
}

/** Of others it is only said that something about them was put on record. */
function isPart({ startedAt, state }: VersionStory): boolean {
  return startedAt !== null || state !== 'planned';
}

/** What a run is that has such an event first; undefined: others have it, too. */
function kindIn({ event, detail }: HistoryEvent): RunKind | undefined {
  if (event === 'started' || event === 'applied' || event === 'skipped') return 'apply';
  if (event === 'rollback_started' || event === 'rolled_back' || detail.rollback === true) return 'roll back';
  if (event === 'step_started' || event === 'step_finished') return 'apply';
  return event === 'dry_run' ? 'dry run' : undefined;
}

function plannedIn({ detail }: HistoryEvent): readonly string[] | undefined {
  if (!Array.isArray(detail.planned)) return undefined;
  return detail.planned.filter((one): one is string => typeof one === 'string');
}

function begun(version: string): VersionStory {
  return {
    version,
    state: 'planned',
    startedAt: null,
    endedAt: null,
    ms: null,
    steps: null,
    statementsDone: 0,
    outside: null,
    refusals: 0,
    failure: null,
  };
}

function told(story: VersionStory, { event, at, detail }: HistoryEvent): VersionStory {
  switch (event) {
    case 'started':
    case 'rollback_started':
      return { ...story, state: 'running', startedAt: story.startedAt ?? at, steps: stepsIn(detail) ?? story.steps };
    case 'step_started':
      return { ...running(story, at), steps: stepsIn(detail) ?? story.steps, outside: outsideIn(detail) };
    case 'step_finished':
      return { ...running(story, at), ...finished(story, detail) };
    case 'lock_wait':
      return { ...running(story, at), refusals: numberIn(detail.refusals) ?? story.refusals };
    case 'applied':
    case 'rolled_back':
      return { ...ended(story, at, 'done'), ms: numberIn(detail.executionTimeMs) ?? since(story, at) };
    case 'failed':
    case 'rollback_failed':
      return { ...ended(story, at, 'failed'), failure: failureIn(detail) };
    case 'cancelled':
      return { ...ended(story, at, 'cancelled'), failure: failureIn(detail) };
    case 'connection_lost':
      return { ...story, failure: failureIn(detail) };
    case 'skipped':
      return { ...story, state: 'skipped', endedAt: at };
    default:
      return story;
  }
}

function running(story: VersionStory, at: string): VersionStory {
  return { ...story, state: 'running', startedAt: story.startedAt ?? at };
}

function ended(story: VersionStory, at: string, state: VersionState): VersionStory {
  return { ...story, state, startedAt: story.startedAt ?? at, endedAt: at, ms: since(story, at), outside: null };
}

function since({ startedAt }: VersionStory, at: string): number | null {
  return startedAt === null ? null : Math.max(0, Date.parse(at) - Date.parse(startedAt));
}

function stepsIn({ step, steps }: Detail): VersionStory['steps'] {
  const of = numberIn(steps);
  return of === null ? null : { done: Math.max(0, (numberIn(step) ?? 1) - 1), of };
}

function finished(story: VersionStory, detail: Detail): Partial<VersionStory> {
  const { statements } = (detail.done ?? {}) as { statements?: unknown };
  const step = numberIn(detail.step) ?? 0;
  const of = numberIn(detail.steps) ?? step;
  return { steps: { done: step, of }, statementsDone: numberIn(statements) ?? story.statementsDone, outside: null };
}

function outsideIn({ step, backend }: Detail): VersionStory['outside'] {
  const { pid } = (backend ?? {}) as { pid?: unknown };
  return typeof pid === 'string' ? { step: numberIn(step) ?? 1, pid } : null;
}

function failureIn({ message, sqlstate, line, column }: Detail): StoryFailure {
  return {
    message: typeof message === 'string' ? message : '',
    sqlstate: typeof sqlstate === 'string' ? sqlstate : null,
    line: numberIn(line),
    column: numberIn(column),
  };
}

function waitIn(last: HistoryEvent | undefined): StoryWait | null {
  if (last?.event !== 'lock_wait') return null;
  const { relation, refusals, blockers } = last.detail;
  const known = Array.isArray(blockers) ? (blockers as { pid?: unknown }[]) : [];
  return {
    at: last.at,
    relation: typeof relation === 'string' ? relation : null,
    refusals: numberIn(refusals) ?? 0,
    pids: known.flatMap(({ pid }) => numberIn(pid) ?? []),
  };
}

function numberIn(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
