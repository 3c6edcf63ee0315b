import type { Access, Footprint } from './access.ts';
import { keyOfPath, type ObjectPath } from './object.ts';

/** A migration that uses what only a later one makes. */
export interface ForwardNeed {
  readonly version: string;
  /** Who makes it, further back in the order. */
  readonly maker: string;
  readonly object: ObjectPath;
  /** Where it is used. */
  readonly line: number;
}

interface Event {
  readonly order: number;
  readonly version: string;
  readonly manner: Access['manner'];
}

/**
 * What migrations use before it is made, given the order in which they run. What was there before the first of them no file makes,
 * and the bodies of routines are not asked: they need what they name when they run.
 */
export function forwardNeeds(footprints: readonly Footprint[]): ForwardNeed[] {
  const events = eventsOf(footprints);
  return footprints.flatMap(({ version, accesses }, order) => {
    const own = new Map<string, ForwardNeed>();
    for (const { object, manner, weak, late, there, line } of accesses) {
      if (manner !== 'reads' || weak || late || there || object[0]?.space === 'role') continue;
      const maker = makerBehind(events.get(keyOfPath(object)), order);
      if (maker && !own.has(maker)) own.set(maker, { version, maker, object, line });
    }
    return [...own.values()];
  });
}

function eventsOf(footprints: readonly Footprint[]): ReadonlyMap<string, readonly Event[]> {
  const events = new Map<string, Event[]>();
  for (const [order, { version, accesses }] of footprints.entries())
    for (const { object, manner } of accesses) {
      if (manner !== 'creates' && manner !== 'drops') continue;
      const key = keyOfPath(object);
      events.set(key, [...(events.get(key) ?? []), { order, version, manner }]);
    }
  return events;
}

/** The first thing that ever happens to it is that a later one makes it. */
function makerBehind(events: readonly Event[] | undefined, order: number): string | undefined {
  const [first] = events ?? [];
  return first && first.manner === 'creates' && first.order > order ? first.version : undefined;
}
