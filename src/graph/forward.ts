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
  readonly offset: number;
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
    for (const access of accesses) {
      if (!needsIt(access)) continue;
      const { object, line, offset } = access;
      const maker = makerBehind(events.get(keyOfPath(object)), order);
      if (maker && !own.has(maker)) own.set(maker, { version, maker, object, line, offset });
    }
    return [...own.values()];
  });
}

/** The others are nothing to `forwardNeeds`. */
export function canBeForward(access: Access): boolean {
  return isEvent(access) || needsIt(access);
}

function needsIt({ manner, weak, late, there, object }: Access): boolean {
  return manner === 'reads' && !weak && !late && !there && object[0]?.space !== 'role';
}

function isEvent({ manner }: Access): boolean {
  return manner === 'creates' || manner === 'drops';
}

/** The first thing that ever happens to each object. */
function eventsOf(footprints: readonly Footprint[]): ReadonlyMap<string, Event> {
  const events = new Map<string, Event>();
  for (const [order, { version, accesses }] of footprints.entries())
    for (const access of accesses) {
      if (!isEvent(access)) continue;
      const key = keyOfPath(access.object);
      if (!events.has(key)) events.set(key, { order, version, manner: access.manner });
    }
  return events;
}

/** It is that a later one makes it. */
function makerBehind(first: Event | undefined, order: number): string | undefined {
  return first && first.manner === 'creates' && first.order > order ? first.version : undefined;
}
