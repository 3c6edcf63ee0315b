import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { isProduction } from '../data/actions.ts';
import { type Fault, Refused } from '../data/api.ts';
import { messageOf } from '../data/session.ts';
import { FaultBox, Shown } from './basics.tsx';

interface ConfirmProps {
  readonly title: string;
  /** Of the button that goes on: `Apply`. */
  readonly action: string;
  readonly database: string;
  /** What it will do, and what it costs. */
  readonly children?: ComponentChildren;
  /** It destroys something, or may. */
  readonly isDangerous?: boolean;
  /** Nobody types a name for it, on a production database neither. */
  readonly isHarmless?: boolean;
  /** What is to be entered before may still be missing. */
  readonly isIncomplete?: boolean;
  /** Goes on; what it throws is shown. `confirm`: the name that was typed, or ''. */
  readonly onConfirm: (confirm: string) => Promise<void>;
  readonly onClose: () => void;
}

/**
 * Asks before something is done. It is modal: the browser keeps the focus in it, Escape closes it, and the focus goes back to where
 * it was. On a production database the name is typed; the server asks for it, too, and knows better where the page was not told.
 */
export function ConfirmDialog(props: ConfirmProps) {
  const { title, action, database, children, isDangerous = false, isHarmless = false, onConfirm, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, isBusy, fault, isAsked] = [
    useSignal(''),
    useSignal(false),
    useSignal<Fault | undefined>(undefined),
    useSignal(false),
  ];
  const heading = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const needsName = !isHarmless && (isProduction.value || isAsked.value);
  const isReady = !isBusy.value && !props.isIncomplete && (!needsName || typed.value === database);
  const go = async (event: Event) => {
    event.preventDefault();
    if (!isReady) return;
    isBusy.value = true;
    fault.value = undefined;
    try {
      await onConfirm(needsName ? typed.value : '');
      dialog.current?.close(); // gives the focus back, too
    } catch (error) {
      const refused = faultOf(error);
      if (refused.code === 'confirm-needed' && !needsName) isAsked.value = true;
      else fault.value = refused;
      isBusy.value = false;
    }
  };
  return (
    <dialog ref={dialog} class="confirm" aria-labelledby={heading} onClose={onClose}>
      {needsName && <p class="production">Production: {database}</p>}
      <form onSubmit={(event) => void go(event)}>
        <h2 id={heading}>
          <Shown text={title} />
        </h2>
        <div class="confirm-body">{children}</div>
        {needsName && (
          <NameField
            database={database}
            typed={typed.value}
            onType={(text) => {
              typed.value = text;
            }}
          />
        )}
        {fault.value && <FaultBox fault={fault.value} />}
        <p class="confirm-buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            Back
          </button>
          <button type="submit" class={isDangerous ? 'danger' : 'primary'} disabled={!isReady}>
            {isBusy.value ? 'Starting …' : action}
          </button>
        </p>
      </form>
    </dialog>
  );
}

function NameField({ database, typed, onType }: { database: string; typed: string; onType: (text: string) => void }) {
  return (
    <label class="confirm-name">
      Type{' '}
      <code>
        <Shown text={database} />
      </code>{' '}
      to go on
      <input
        type="text"
        value={typed}
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget }) => onType(currentTarget.value)}
      />
    </label>
  );
}

function faultOf(error: unknown): Fault {
  return error instanceof Refused ? error.fault : { status: 0, code: 'internal', message: messageOf(error) };
}
