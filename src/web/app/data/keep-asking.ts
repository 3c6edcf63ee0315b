import { effect } from '@preact/signals';
import { Asker, type Resource } from './asker.ts';
import { changes, connection, dataMoves, rests } from './live.ts';
import { expired } from './session.ts';
import { isVisible } from './visible.ts';

/** Reads signals, and gives another value where there is reason to ask anew. */
export type Heeds = () => unknown;

/** Something has happened. */
export const EACH_CHANGE: Heeds = () => changes.value;
/** The same, or a data migration has moved. */
export const OF_DATA: Heeds = () => changes.value + dataMoves.value;
/** Something has happened, while no run is at work: for what reads much, and would be old again and again. */
export const AT_REST: Heeds = () => rests.value;
/** Nothing: it is asked for once. */
export const STILL: Heeds = () => 0;

export interface Asking {
  /** As it is now. */
  readonly ask: () => void;
  readonly end: () => void;
}

/** Asks for a document, and again whenever there is reason; on a page that nobody can see, as soon as it is seen again. */
export function keepAsking<Value>(path: string, heeds: Heeds, show: (now: Resource<Value>) => void): Asking {
  const asker = new Asker<Value>(path, (now) => {
    show(now);
    if (now.fault?.status === 401) expired();
    if (now.fault?.status === 0) connection.value = 'lost';
  });
  asker.ask();
  const unheed = heedEach(heeds, asker);
  return {
    ask: () => asker.ask(),
    end: () => {
      unheed();
      asker.end();
    },
  };
}

function heedEach(heeds: Heeds, asker: Pick<Asker<unknown>, 'heed'>): () => void {
  let seen: { readonly reason: unknown } | undefined;
  return effect(() => {
    const reason = heeds();
    seen ??= { reason };
    if (seen.reason === reason || !isVisible.value) return;
    seen = { reason };
    asker.heed();
  });
}
