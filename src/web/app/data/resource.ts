import { effect, type ReadonlySignal, useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Asker, type Resource } from './asker.ts';
import { changes, connection, dataMoves } from './live.ts';
import { expired } from './session.ts';
import { isVisible } from './visible.ts';

export interface Loaded<Value> {
  readonly now: ReadonlySignal<Resource<Value>>;
  /** Asks anew. */
  readonly refresh: () => void;
}

interface Manner {
  readonly isStill?: boolean;
  readonly isOfData?: boolean;
  /** Reads signals, and gives another value where there is reason to ask anew; by default whenever something has happened. */
  readonly heeds?: () => unknown;
}

/**
 * Asks for a document, and again whenever something has happened (unless `isStill`), of data migrations also when one has moved
 * (`isOfData`). '' asks for nothing. A page that nobody can see asks when it is seen again.
 */
export function useResource<Value>(path: string, manner: Manner = {}): Loaded<Value> {
  const { isStill = false, isOfData = false } = manner;
  const heeds = manner.heeds ?? (() => changes.value + (isOfData ? dataMoves.value : 0));
  const state = useSignal<Resource<Value>>({ value: undefined, fault: undefined, isLoading: true });
  const current = useRef<Asker<Value> | undefined>(undefined);
  useEffect(() => {
    if (path === '') return undefined;
    const asker = new Asker<Value>(path, (now) => {
      state.value = now;
      if (now.fault?.status === 401) expired();
      if (now.fault?.status === 0) connection.value = 'lost';
    });
    current.current = asker;
    asker.ask();
    const unheed = isStill ? () => {} : heedEach(heeds, asker);
    return () => {
      unheed();
      asker.end();
      current.current = undefined;
    };
  }, [path]);
  return { now: useComputed(() => state.value), refresh: () => current.current?.ask() };
}

function heedEach(heeds: () => unknown, asker: Pick<Asker<unknown>, 'heed'>): () => void {
  let seen: { readonly reason: unknown } | undefined;
  return effect(() => {
    const reason = heeds();
    if (!seen) seen = { reason };
    if (seen.reason === reason || !isVisible.value) return;
    seen = { reason };
    asker.heed();
  });
}
