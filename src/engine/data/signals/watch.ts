import { MEASURES, measureOf, type SignalName } from '../../../batch/measures.ts';
import { type Blind, type Hold, judge, NOTHING_READ, type Round, type Throttle } from '../../../batch/throttle.ts';
import { closedText } from '../../../batch/window.ts';
import type { DataSettings } from '../../../config/data-settings.ts';
import type { Session } from '../../../postgres/session.ts';
import { activeSessions } from './active-sessions.ts';
import { archiveBacklog } from './archive-backlog.ts';
import { type Clocks, OWN_CLOCKS } from './clocks.ts';
import { deadRows } from './dead-rows.ts';
import { ForegroundProbe } from './foreground-probe.ts';
import { oldestSnapshot } from './oldest-snapshot.ts';
import { replicaLag } from './replica-lag.ts';
import { replicationSlot } from './replication-slot.ts';
import type { About, Seen, Signal } from './signal.ts';
import { vacuum } from './vacuum.ts';
import { walRate } from './wal-rate.ts';

/** Looks are not taken more often: a server that is in trouble is not asked how it is every few milliseconds. */
const LOOK_MS = 1_000;
/** What the server refused is asked for again after so long: it writes each refusal into its log. */
const REFUSED_MS = 60_000;

/** What is read, and how it is judged. */
export type Watched = Pick<DataSettings, 'window' | 'timeZone' | 'limits'>;

/**
 * Looks at the signals of the server for one run, all in one round trip beside that of the probe, and says what they mean by
 * now. A signal whose query the server refuses is named as unseen and takes no other along; one that nothing in the settings
 * asks for is not read at all.
 */
export class Watch {
  readonly #session: Session;
  readonly #about: About;
  readonly #settings: Watched;
  readonly #clocks: Clocks;
  readonly #signals: readonly Signal[];
  readonly #probe: ForegroundProbe | undefined;
  #throttle: Throttle = NOTHING_READ;
  #lookedAt: number | undefined;
  #closedSince: number | undefined;
  readonly #refused = new Map<SignalName, { readonly at: number; readonly seen: Seen }>();

  constructor(session: Session, about: About, settings: Watched, clocks: Clocks = OWN_CLOCKS) {
    this.#session = session;
    this.#about = about;
    this.#settings = settings;
    this.#clocks = clocks;
    const all = [
      replicaLag,
      replicationSlot,
      vacuum,
      walRate(),
      archiveBacklog,
      activeSessions,
      oldestSnapshot,
      deadRows,
    ];
    this.#signals = all.filter(({ name }) => this.#isWanted(name));
    if (this.#isWanted('foreground-probe')) this.#probe = new ForegroundProbe(session, about, clocks.elapsed);
  }

  /** Before the first batch: takes the baseline of the probe. Throws SessionLost. */
  async begin(): Promise<void> {
    await this.#probe?.begin();
  }

  /** What holds the run back at this moment; what was found less than a second ago is still so. Throws SessionLost. */
  async look(): Promise<Throttle> {
    const now = this.#clocks.elapsed();
    if (this.#lookedAt === undefined || now - this.#lookedAt >= LOOK_MS) {
      this.#lookedAt = now;
      this.#throttle = judge(this.#throttle, await this.#read(), this.#settings.limits, now);
    }
    const closed = this.#closed(now);
    return closed ? { ...this.#throttle, holds: [closed, ...this.#throttle.holds] } : this.#throttle;
  }

  #closed(now: number): Hold | undefined {
    const { window, timeZone } = this.#settings;
    const zone = window.length === 0 ? 'UTC' : (timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
    const says = closedText({ times: window, zone }, this.#clocks.now());
    this.#closedSince = says === undefined ? undefined : (this.#closedSince ?? now);
    return says === undefined || this.#closedSince === undefined
      ? undefined
      : { signal: 'window', effect: 'hold', since: this.#closedSince, says };
  }

  /** Some measure of it has a limit, or takes it from the server. */
  #isWanted(signal: SignalName): boolean {
    const { limits } = this.#settings;
    return Object.values(MEASURES).some((one) => one.signal === signal && one.limit(limits) !== 0);
  }

  async #read(): Promise<Round> {
    const readings = [];
    const blind: Blind[] = [];
    for (const [signal, seen] of [...(await this.#ask()), ...(await this.#askProbe())]) {
      readings.push(...seen.readings);
      if (seen.unseen !== undefined) blind.push({ signal, why: seen.unseen });
    }
    return { readings, blind };
  }

  async #ask(): Promise<[SignalName, Seen][]> {
    const now = this.#clocks.elapsed();
    for (const [name, { at }] of this.#refused) if (now - at >= REFUSED_MS) this.#refused.delete(name);
    const asked = this.#signals.filter(({ name }) => !this.#refused.has(name));
    const items = asked.map(({ sql, name, params }) => [
      { sql, name: `taskflow_${name}`, params: params?.(this.#about) ?? [], rows: true },
    ]);
    const { results, failures = [] } = await this.#session.runBatch(items);
    for (const { segment, error } of failures) {
      const seen = { readings: [], unseen: `the server refuses to tell: ${error.message}` };
      this.#refused.set(asked[segment]!.name, { at: now, seen });
    }
    return this.#signals.map((signal) => {
      const rows = results[asked.indexOf(signal)]?.[0]?.rows ?? [];
      return [signal.name, this.#refused.get(signal.name)?.seen ?? signal.read(rows, this.#about)];
    });
  }

  async #askProbe(): Promise<[SignalName, Seen][]> {
    if (!this.#probe) return [];
    const limit = measureOf('probeFactor').limit(this.#settings.limits) ?? 0;
    return [['foreground-probe', await this.#probe.look(limit)]];
  }
}
