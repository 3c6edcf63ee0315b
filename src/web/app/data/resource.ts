import { type ReadonlySignal, untracked, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ask, type Fault, Refused } from './api.ts';
import { changes, connection, dataMoves } from './live.ts';
import { expired, messageOf } from './session.ts';

/** What was asked for, as far as it is there: an old value stays until the new one has come. */
export interface Resource<Value> {
  readonly value: Value | undefined;
  readonly fault: Fault | undefined;
  readonly isLoading: boolean;
}

export interface Loaded<Value> {
  readonly now: ReadonlySignal<Resource<Value>>;
  /** Asks anew. */
  readonly refresh: () => void;
}

/**
 * Asks for a document, and again whenever something has happened (unless `isStill`), of data migrations also when one has moved
 * (`isOfData`). '' asks for nothing.
 */
export function useResource<Value>(path: string, { isStill = false, isOfData = false } = {}): Loaded<Value> {
  const state = useSignal<Resource<Value> & { path: string }>({
    value: undefined,
    fault: undefined,
    isLoading: true,
    path,
  });
  const wanted = useSignal({ path, count: 0, isBackground: false });
  useEffect(() => {
    if (wanted.value.path !== path) wanted.value = { path, count: 0, isBackground: false };
  }, [path]);
  const happened = () => changes.value + (isOfData ? dataMoves.value : 0);
  const seen = useSignal(untracked(happened));
  useSignalEffect(() => {
    if (isStill || happened() === seen.peek()) return;
    seen.value = happened();
    wanted.value = { ...wanted.peek(), count: wanted.peek().count + 1, isBackground: true };
  });
  useSignalEffect(() => {
    const { path: from, isBackground } = wanted.value;
    if (from === '') return;
    let isOver = false;
    const kept = state.peek().path === from ? state.peek().value : undefined;
    state.value = { value: kept, fault: undefined, isLoading: true, path: from };
    load<Value>(from, isBackground).then((found) => {
      if (!isOver) state.value = { value: found.value ?? kept, fault: found.fault, isLoading: false, path: from };
    });
    return () => {
      isOver = true;
    };
  });
  const refresh = () => {
    wanted.value = { ...wanted.peek(), count: wanted.peek().count + 1, isBackground: false };
  };
  return { now: useComputed(() => state.value), refresh };
}

async function load<Value>(path: string, isBackground: boolean): Promise<{ value?: Value; fault?: Fault }> {
  try {
    return { value: await ask<Value>(path, { isBackground }) };
  } catch (error) {
    const fault = error instanceof Refused ? error.fault : { status: 0, code: 'internal', message: messageOf(error) };
    if (fault.status === 401) expired();
    if (fault.status === 0) connection.value = 'lost';
    return { fault };
  }
}
