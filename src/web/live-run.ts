import type { Engine } from '../engine/engine.ts';
import type { Heard } from '../engine/look/run/heard.ts';
import type { RunLook } from '../engine/look/run/run-look.ts';
import { RunWatcher } from '../engine/look/run/run-watcher.ts';
import { maskTexts } from '../report/mask.ts';
import type { Actions } from './actions/actions.ts';
import type { Feed } from './feed.ts';

/** While a run is at work it is looked at so often, for all who watch together. */
const LOOK_EVERY_MS = 400;
/** While one is about to begin here. */
const SOON_MS = 200;
/** What nothing but time has changed in is told again so often. */
const TELL_EVERY_MS = 2000;

type Session = Parameters<RunWatcher['look']>[0];

/** Tells those who watch a target of the run that is at work there, and once more when it has ended. */
export class LiveRun {
  readonly #actions: Actions;
  readonly #feed: Feed;
  readonly #mask: (text: string) => string;
  readonly #watcher: RunWatcher;
  #watched: string | undefined;
  #told = '';
  #toldAt = 0;

  constructor(engine: Engine, actions: Actions, feed: Feed, mask: (text: string) => string) {
    this.#actions = actions;
    this.#feed = feed;
    this.#mask = mask;
    this.#watcher = new RunWatcher(engine, (runId) => this.heardOf(runId));
  }

  heardOf(runId: string): Heard | undefined {
    return this.#actions.list.find((action) => action.runId === runId)?.heard;
  }

  /** `runId`: the run that holds the lease. Answers when to look again; undefined: at leisure. */
  async look(session: Session, runId: string | null): Promise<number | undefined> {
    if (runId === null && this.#watched === undefined) return this.#isSoon() ? SOON_MS : undefined;
    try {
      this.#tell(maskTexts(await this.#watcher.look(session, runId ?? this.#watched), this.#mask));
      this.#watched = runId ?? undefined;
    } catch (error) {
      // What this role may not see is not seen; that the session is gone is told by who has opened it.
      if (session.lost) throw error;
    }
    return LOOK_EVERY_MS;
  }

  #isSoon(): boolean {
    return this.#actions.list.some(({ isRunning }) => isRunning);
  }

  #tell(look: RunLook): void {
    const now = shapeOf(look);
    if (now === this.#told && Date.now() - this.#toldAt < TELL_EVERY_MS) return;
    this.#told = now;
    this.#toldAt = Date.now();
    this.#feed.tell({ event: 'run', data: look });
  }
}

/** The same for two looks that differ in ages alone. */
function shapeOf({ run }: RunLook): string {
  return JSON.stringify(run, (name, value) => (name.endsWith('Ms') ? undefined : value));
}
