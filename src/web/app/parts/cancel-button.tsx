import { useSignal } from '@preact/signals';
import type { ActionNews } from '../../answers/action.ts';
import { cancelAction, mayAct } from '../data/actions.ts';
import { messageOf } from '../data/session.ts';

/** Stops an action at once: nobody is asked for a name, and nothing is lost that was committed. */
export function CancelButton({ target, action }: { target: string; action: ActionNews }) {
  const fault = useSignal('');
  if (mayAct('operator') !== 'yes') return null;
  const cancel = () => {
    fault.value = '';
    cancelAction(target, action.id).catch((error: unknown) => {
      fault.value = messageOf(error);
    });
  };
  return (
    <>
      <button type="button" class="danger" disabled={action.isStopping} onClick={cancel}>
        {action.isStopping ? 'Stopping …' : 'Cancel'}
      </button>
      {fault.value !== '' && (
        <span class="complaint" role="alert">
          {fault.value}
        </span>
      )}
    </>
  );
}
