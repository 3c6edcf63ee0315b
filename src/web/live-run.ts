import { withControlSession } from '../engine/control.ts';
import type { Engine } from '../engine/engine.ts';
import type { Heard } from '../engine/look/run/heard.ts';
import type { RunLook } from '../engine/look/run/run-look.ts';
import { RunWatcher } from '../engine/look/run/run-watcher.ts';
import type { TrailState } from '../engine/look/watch-trail.ts';
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

/**
 * Tells those who watch a target of the run that is at work there, and once more when it has ended; of the last run where anything
 * was recorded while none is at work. So nobody who hears that has to ask.
 */
export class LiveRun {
  readonly #engine: Engine;
  readonly #actions: Actions;
  readonly #feed: Feed;
  readonly #mask: (text: string) => string;
  readonly #watcher: RunWatcher;
  #watched: string | undefined;
  /** The last event up to which runs were looked at while none was at work. */
  #seq: number | undefined;
  #told = '';
  #toldAt = 0;

  constructor(engine: Engine, actions: Actions, feed: Feed, mask: (text: string) => string) {
    this.#engine = engine;
    this.#actions = actions;
    this.#feed = feed;
    this.#mask = mask;
    this.#watcher = new RunWatcher(engine, (runId) => this.heardOf(runId));
  }

  heardOf(runId: string): Heard | undefined {
    return this.#actions.list.find((action) => action.runId === runId)?.heard;
  }

  /** For who asks: the run at work, or the one that is wanted, or the last. */
  ask(wanted: string | undefined): Promise<RunLook> {
    return withControlSession(this.#engine, (session) => this.#watcher.look(session, wanted));
  }

  /** Answers when to look again; undefined: at leisure. */
  async look(session: Session, { seq, runId }: TrailState): Promise<number | undefined> {
    const isQuiet = runId === null && this.#watched === undefined;
    if (isQuiet && seq === this.#seq) return this.#isSoon() ? SOON_MS : undefined;
    try {
      this.#tell(maskTexts(await this.#watcher.look(session, runId ?? this.#watched), this.#mask));
      this.#watched = runId ?? undefined;
      // Behind the end of one the next look is for the last: another may have come and gone meanwhile.
      this.#seq = isQuiet ? seq : undefined;
    } catch (error) {
      // What this role may not see is not seen; that the session is gone is told by who has opened it.
      if (session.lost) throw error;
    }
    return isQuiet && !this.#isSoon() ? undefined : LOOK_EVERY_MS;
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
