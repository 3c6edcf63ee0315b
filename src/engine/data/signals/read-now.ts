import type { SignalLimits } from '../../../batch/limits.ts';
import { measureOf, type SignalName } from '../../../batch/measures.ts';
import type { Session } from '../../../postgres/session.ts';
import { activeSessions } from './active-sessions.ts';
import { archiveBacklog } from './archive-backlog.ts';
import { deadRows } from './dead-rows.ts';
import { oldestSnapshot } from './oldest-snapshot.ts';
import { replicaLag } from './replica-lag.ts';
import { replicationSlot } from './replication-slot.ts';
import type { About, Seen, Signal } from './signal.ts';
import { vacuum } from './vacuum.ts';

/** What a signal says at this moment, for who looks on. */
export interface SignalNow {
  readonly signal: SignalName;
  /** In words, with the limit. */
  readonly says: string;
  readonly isOver: boolean;
  /** This role, or this server, does not tell: `says` is why. */
  readonly isUnseen: boolean;
}

/** Those that one look tells; of the others, only a worker that looks again and again knows what was before. */
const SIGNALS: readonly Signal[] = [
  replicaLag,
  replicationSlot,
  vacuum,
  archiveBacklog,
  activeSessions,
  oldestSnapshot,
  deadRows,
];

/** What was refused is asked for again after so long: the server writes each refusal into its log. */
const REFUSED_MS = 60_000;

/** What a server has refused lately, by the target that it is: until when it is not asked for. */
export type Refusals = Map<SignalName, { readonly until: number; readonly why: string }>;

/** Reads the signals once, in one round trip. Holds nothing back: that is for the workers, by what they read themselves. */
export async function readSignalsNow(
  session: Session,
  about: About,
  limits: SignalLimits,
  refusals: Refusals,
): Promise<SignalNow[]> {
  const now = performance.now();
  for (const [name, { until }] of refusals) if (until <= now) refusals.delete(name);
  const asked = SIGNALS.filter(({ name }) => !refusals.has(name));
  const items = asked.map(({ sql, params }) => [{ sql, params: params?.(about) ?? [], rows: true }]);
  const { results, failures = [] } = await session.runBatch(items);
  for (const { segment, error } of failures)
    refusals.set(asked[segment]!.name, {
      until: now + REFUSED_MS,
      why: `the server refuses to tell: ${error.message}`,
    });
  return SIGNALS.flatMap((signal) => {
    const refused = refusals.get(signal.name);
    if (refused) return [unseen(signal.name, refused.why)];
    return told(signal.read(results[asked.indexOf(signal)]?.[0]?.rows ?? [], about), signal.name, limits);
  });
}

function told({ readings, unseen: why }: Seen, signal: SignalName, limits: SignalLimits): SignalNow[] {
  const seen = readings.flatMap(({ measure, subject, value, limit: own }) => {
    const { limit: limitIn, says } = measureOf(measure);
    const limit = limitIn(limits) ?? own ?? 0;
    return limit <= 0 ? [] : [{ signal, says: says(subject, value, limit), isOver: value > limit, isUnseen: false }];
  });
  return why === undefined ? seen : [...seen, unseen(signal, why)];
}

function unseen(signal: SignalName, says: string): SignalNow {
  return { signal, says, isOver: false, isUnseen: true };
}
