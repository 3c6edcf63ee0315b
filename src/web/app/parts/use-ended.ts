import { useSignal, useSignalEffect } from '@preact/signals';
import type { ActionNews } from '../../answers/action.ts';
import { actions } from '../data/actions.ts';

/** Gives a function that is told of an action when it has begun; `then` is called once, when that has ended. */
export function useEnded(then: (action: Pick<ActionNews, 'id' | 'state'>) => void): (begun: ActionNews) => void {
  const waiting = useSignal('');
  useSignalEffect(() => {
    const found = actions.value.find(({ id }) => id === waiting.value);
    if (!found || found.state === 'running') return;
    waiting.value = '';
    then(found);
  });
  return ({ id }) => {
    waiting.value = id;
  };
}
