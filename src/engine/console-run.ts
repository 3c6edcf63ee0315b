import { randomUUID } from 'node:crypto';
import { gitCommitOf } from '../files/git-commit.ts';
import type { ConsoleUser } from '../ledger/write.ts';
import type { Emit } from '../report/events.ts';
import type { Engine } from './engine.ts';
import { cancelled } from './pause.ts';

/** A run that somebody at the console has asked for. */
export interface ConsoleRun {
  readonly console: ConsoleUser;
  readonly emit: Emit;
  /** Aborted when that one run is to stop. */
  readonly signal: AbortSignal;
}

/**
 * The engine of one run, made of that of a process which lives long: a run of its own, with the commit that is checked out by now,
 * whose events name the person, and which is told of statement by statement.
 */
export function engineForConsole(engine: Engine, { console, emit, signal: own }: ConsoleRun): Engine {
  const signal = AbortSignal.any([engine.signal, own]);
  const gitCommit = gitCommitOf(engine.settings.directories[0] ?? engine.cwd);
  return {
    ...engine,
    run: { ...engine.run, runId: randomUUID(), gitCommit, console },
    emit,
    signal,
    live: true,
    connect: async (purpose, database) => {
      if (signal.aborted) throw cancelled();
      const session = await engine.connect(purpose, database);
      if (!signal.aborted) return session;
      await session.end();
      throw cancelled();
    },
  };
}
