import type { StepProgress } from '../../../report/events.ts';
import type { HistoryEvent } from '../../audit/history.ts';
import type { RunProcess, RunWait } from './process.ts';
import type { RunStatements } from './statements.ts';
import type { RunKind, RunStory, VersionStory } from './story.ts';

export type RunOutcome = 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted';

/** One run, of this process or of any other, as the database shows it. */
export interface RunView {
  readonly runId: string;
  readonly kind: RunKind;
  readonly outcome: RunOutcome;
  readonly by: RunBy;
  readonly startedAt: string | null;
  /** Of its last event; null while it is at work. */
  readonly endedAt: string | null;
  /** What it said it would do, as far as that is known: of a run of another process, from its first event. */
  readonly planned: readonly string[];
  /** The last of them, in the order in which they were begun. */
  readonly migrations: readonly VersionStory[];
  /** The migration that is at work, or was when it ended. */
  readonly focus: RunFocus | null;
  readonly process: RunProcess | null;
  readonly wait: RunWait | null;
  readonly progress: StepProgress | null;
  /** Who wanted it to stop. */
  readonly cancelledBy: readonly string[];
}

/** Who has begun it. */
export interface RunBy {
  /** The session user. */
  readonly actor: string | null;
  /** The person at a console. */
  readonly console: string | null;
  readonly host: string | null;
  readonly toolVersion: string | null;
}

export interface RunFocus {
  readonly version: string;
  /** Null where it is gone or cannot be read. */
  readonly file: string | null;
  readonly statements: RunStatements;
}

/** What is at work at a database, or what ended last. */
export interface RunLook {
  readonly database: string;
  /** By the server's clock, from which ages were reckoned. */
  readonly at: string;
  readonly run: RunView | null;
}

/** How a run stands whose lease is given back, or held by another run. */
export function outcomeOf({ versions, last }: RunStory): RunOutcome {
  const states = new Set(versions.map(({ state }) => state));
  if (last?.event === 'dry_run') return outcomeOfDryRun(last.detail.outcome);
  if (states.has('failed')) return 'failed';
  if (states.has('cancelled')) return 'cancelled';
  return states.has('running') ? 'interrupted' : 'done';
}

function outcomeOfDryRun(outcome: unknown): RunOutcome {
  if (outcome === 'passed') return 'done';
  return outcome === 'cancelled' ? 'cancelled' : 'failed';
}

/** Who has begun it, by its first event. */
export function byOf(event: HistoryEvent | undefined): RunBy {
  const { user } = (event?.detail.console ?? {}) as { user?: unknown };
  return {
    actor: event?.actor ?? null,
    console: typeof user === 'string' ? user : null,
    host: event?.host ?? null,
    toolVersion: event?.toolVersion ?? null,
  };
}

/** The migration to look at: the one at work, else the one that went wrong, else the last. */
export function focusOf({ versions }: RunStory): VersionStory | undefined {
  return versions.findLast(({ state }) => state === 'running') ?? versions.find(wentWrong) ?? versions.at(-1);
}

function wentWrong({ state }: VersionStory): boolean {
  return state === 'failed' || state === 'cancelled';
}
