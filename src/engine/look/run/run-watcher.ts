import { type Runner, runnerItem, runnerOf } from '../../../ledger/lease.ts';
import { type LedgerNames, ledgerNames } from '../../../ledger/names.ts';
import type { Session } from '../../../postgres/session.ts';
import type { Engine } from '../../engine.ts';
import type { Heard } from './heard.ts';
import { lookAtProcess, type ProcessLook } from './process.ts';
import { eventsOfRun, lastRun } from './run-events.ts';
import { byOf, focusOf, outcomeOf, type RunFocus, type RunLook, type RunView } from './run-look.ts';
import { indexOfLine, indexOfLocking, indexOfQuery, statementsOf } from './statements.ts';
import { type RunStory, StoryTelling, type VersionStory } from './story.ts';
import { readVersion, type VersionStatements } from './version-statements.ts';

/** So many migrations of a run are told of, the last ones. */
const MIGRATIONS_MAX = 200;

/** So many runs are remembered, those that were looked at last: of more, all that is on record is read again. */
const RUNS_MAX = 4;

/** What is remembered of a run between two looks. */
interface Memory {
  readonly runId: string;
  readonly telling: StoryTelling;
  /** Of the version that was looked at last. */
  statements: (VersionStatements & { readonly version: string }) | undefined;
  /** The statement that was last seen at work, in which version and at which try. */
  at: { readonly version: string; readonly refusals: number; readonly index: number } | undefined;
}

/**
 * Looks at runs over a session that is handed in, again and again: what is on record is read once, whoever looks, and several may at
 * the same time. Any run, also one that was begun elsewhere: lease, audit trail and the server's activity views are all that is asked.
 * Reads only.
 */
export class RunWatcher {
  readonly #engine: Engine;
  readonly #names: LedgerNames;
  readonly #heardOf: (runId: string) => Heard | undefined;
  /** By run, the one looked at last at the end. */
  readonly #memories = new Map<string, Memory>();

  constructor(engine: Engine, heardOf: (runId: string) => Heard | undefined) {
    this.#engine = engine;
    this.#names = ledgerNames(engine.settings.trackingSchema);
    this.#heardOf = heardOf;
  }

  /** The run at work; else the one that is `wanted`, or the last. */
  async look(session: Session, wanted?: string): Promise<RunLook> {
    const { database } = this.#engine.target;
    const batch = await session.runBatch([[NOW, runnerItem(this.#names)]]);
    // undefined_table and the like: nothing is tracked yet.
    if (batch.failure) return { database, at: new Date().toISOString(), run: null };
    const [now, runners] = batch.results[0] ?? [];
    const runner = runnerOf(runners?.rows[0]);
    const atWork = runner?.alive ? runner : undefined;
    const runId = wanted ?? atWork?.runId ?? (await lastRun(session, this.#names));
    const at = now?.rows[0]?.now ?? '';
    if (runId === undefined) return { database, at, run: null };
    return { database, at, run: await this.#view(session, runId, atWork?.runId === runId ? atWork : undefined) };
  }

  async #view(session: Session, runId: string, runner: Runner | undefined): Promise<RunView | null> {
    const memory = await this.#remember(session, runId, runner !== undefined);
    const { story, first, cancels } = memory.telling;
    if (!first && !runner) return null;
    const focus = focusOf(story);
    const seen = runner ? await this.#lookAt(session, runner, story, focus) : NOTHING;
    return {
      runId,
      kind: story.kind,
      outcome: runner ? 'running' : outcomeOf(story),
      by: runner ? { ...byOf(first), actor: runner.user, host: runner.host } : byOf(first),
      startedAt: runner ? isoOf(runner.since) : (first?.at ?? null),
      endedAt: runner ? null : (story.last?.at ?? null),
      planned: this.#heardOf(runId)?.planned ?? story.planned,
      migrations: story.versions.slice(-MIGRATIONS_MAX),
      focus: focus ? this.#focus(memory, story, focus, { seen, isAtWork: runner !== undefined }) : null,
      ...seen,
      cancelledBy: cancels.map((event) => byOf(event).console ?? event.actor),
    };
  }

  async #remember(session: Session, runId: string, isAtWork: boolean): Promise<Memory> {
    const memory = this.#memoryOf(runId);
    const { telling } = memory;
    const found = await eventsOfRun(session, this.#names, { runId, after: telling.seq, isAtWork });
    // Somebody else may have looked meanwhile.
    telling.goOn(found.filter(({ seq }) => seq > telling.seq));
    return memory;
  }

  #memoryOf(runId: string): Memory {
    const known = this.#memories.get(runId);
    const memory = known ?? { runId, telling: new StoryTelling(), statements: undefined, at: undefined };
    this.#memories.delete(runId);
    this.#memories.set(runId, memory);
    for (const oldest of [...this.#memories.keys()].slice(0, -RUNS_MAX)) this.#memories.delete(oldest);
    return memory;
  }

  async #lookAt(
    session: Session,
    runner: Runner,
    story: RunStory,
    focus: VersionStory | undefined,
  ): Promise<ProcessLook> {
    // Between two statements there is none: 0 is the number of no server process.
    const pid = runner.worker ? String(runner.worker.pid) : (focus?.outside?.pid ?? '0');
    return lookAtProcess(session, { pid, wait: story.wait, mask: this.#engine.mask });
  }

  #focus(
    memory: Memory,
    story: RunStory,
    focus: VersionStory,
    { seen, isAtWork }: { seen: ProcessLook; isAtWork: boolean },
  ): RunFocus {
    const { version } = focus;
    // Of a run that is over the file may be another one at each look.
    const known = isAtWork && memory.statements?.version === version ? memory.statements : undefined;
    const read = known ?? { version, ...readVersion(this.#engine, version, story.kind) };
    memory.statements = read;
    const at = placeOf(memory, focus, read, seen);
    return { version, file: read.file, statements: statementsOf(read.all, focus, this.#heardOf(memory.runId), at) };
  }
}

const NOW = { sql: "SELECT pg_catalog.to_json(pg_catalog.clock_timestamp()) #>> '{}' AS now", rows: true };

const NOTHING: ProcessLook = { process: null, wait: null, progress: null };

/** Which statement it is at, from 0: where it failed, the step outside a transaction, or what the server shows. */
function placeOf(
  memory: Memory,
  story: VersionStory,
  { all }: VersionStatements,
  { process, wait }: ProcessLook,
): number | undefined {
  const { version, state, outside, statementsDone, refusals, failure } = story;
  if (state !== 'running') return failure?.line == null ? undefined : indexOfLine(all, failure.line);
  if (outside) return statementsDone;
  const before = memory.at?.version === version && memory.at.refusals === refusals ? memory.at.index : statementsDone;
  const found = process?.query == null ? undefined : indexOfQuery(all, process.query, before);
  if (found !== undefined) memory.at = { version, refusals, index: found };
  if (found !== undefined || memory.at?.version === version) return memory.at?.index;
  return wait?.relation == null ? undefined : indexOfLocking(all, wait.relation, statementsDone);
}

/** `2026-11-23 14:05:09 UTC`, as a lease says it. */
function isoOf(utc: string): string {
  return `${utc.replace(' UTC', '').replace(' ', 'T')}Z`;
}
