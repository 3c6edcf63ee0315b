/** One run of the library in this process, and what it told. */
import { loadSettings } from '../../src/config/settings.ts';
import { migrate, openEngine, type Problem, type RunEvent, rollback } from '../../src/index.ts';

export interface EngineRun {
  readonly url: string;
  readonly folder: string;
  readonly action: 'migrate' | 'rollback';
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Of a rollback; default: everything. */
  readonly steps?: number;
  /** Of a migrate; default: everything. */
  readonly to?: string;
}

export interface Told {
  /** Versions in the order in which they were announced as done. */
  readonly applied: readonly string[];
  readonly rolledBack: readonly string[];
  /** Both undefined: it went well. */
  readonly problem: Problem | undefined;
  /** An error that is no Problem, which nothing should throw. */
  readonly crash: unknown;
}

export async function runEngine(run: EngineRun): Promise<Told> {
  const events: RunEvent[] = [];
  let crash: unknown;
  const problem = await outcome(run, (event) => events.push(event)).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'Problem') return error as Problem;
    crash = error;
    return null;
  });
  const of = (kind: RunEvent['kind']) =>
    events.flatMap((event) => (event.kind === kind && 'version' in event ? [event.version] : []));
  return { applied: of('applied'), rolledBack: of('rolled_back'), problem: problem ?? undefined, crash };
}

/** For a run that nothing disturbs: throws what it failed with. */
export function succeeded(told: Told): Told {
  if (told.problem ?? told.crash) throw told.problem ?? told.crash;
  return told;
}

async function outcome(run: EngineRun, emit: (event: RunEvent) => void): Promise<Problem | null> {
  const env = { TASKFLOW_DIRECTORIES: 'm', ...run.env };
  const engine = await openEngine({
    settings: loadSettings({ cwd: run.folder, env, flags: {} }),
    flags: { url: run.url },
    env,
    cwd: run.folder,
    toolVersion: '0.0.0-test',
    signal: run.signal ?? new AbortController().signal,
    live: false,
    mayCreateEmbedded: false,
    mask: (text) => text,
    onSecret: () => {},
    emit,
  });
  if (run.action === 'rollback') return (await rollback(engine, { steps: run.steps ?? 1000 })).problem;
  return (await migrate(engine, { allowLate: false, singleTransaction: false, to: run.to })).problem;
}
