import { type ReadonlySignal, useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Resource } from './asker.ts';
import { type Asking, EACH_CHANGE, type Heeds, keepAsking, OF_DATA, STILL } from './keep-asking.ts';

export interface Loaded<Value> {
  readonly now: ReadonlySignal<Resource<Value>>;
  /** Asks anew. */
  readonly refresh: () => void;
}

interface Manner {
  readonly isStill?: boolean;
  readonly isOfData?: boolean;
  /** By default whenever something has happened. */
  readonly heeds?: Heeds;
}

/**
 * Asks for a document, and again whenever something has happened (unless `isStill`), of data migrations also when one has moved
 * (`isOfData`). '' asks for nothing.
 */
export function useResource<Value>(path: string, { isStill, isOfData, heeds }: Manner = {}): Loaded<Value> {
  const state = useSignal<Resource<Value>>({ value: undefined, fault: undefined, isLoading: true });
  const asking = useRef<Asking | undefined>(undefined);
  useEffect(() => {
    if (path === '') return undefined;
    const reasons = heeds ?? (isStill ? STILL : isOfData ? OF_DATA : EACH_CHANGE);
    const mine = keepAsking<Value>(path, reasons, (now) => {
      state.value = now;
    });
    asking.current = mine;
    return () => {
      asking.current = undefined;
      mine.end();
    };
  }, [path]);
  return { now: useComputed(() => state.value), refresh: () => asking.current?.ask() };
}
