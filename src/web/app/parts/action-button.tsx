import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { ActionAnswer } from '../../answers/action.ts';
import { act, mayAct } from '../data/actions.ts';
import { session } from '../data/session.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

interface ActionButtonProps<Result> {
  readonly target: string;
  /** `Apply`, without dots: it asks before. */
  readonly label: string;
  readonly role?: 'operator' | 'approver';
  /** Of the route, behind the target: `apply`. */
  readonly part: string;
  /** What is sent, but for the typed name. */
  readonly body: object;
  /** What is asked: `Apply 3 migrations?` */
  readonly title: string;
  /** What it will do, and what it costs. */
  readonly children?: ComponentChildren;
  readonly isDangerous?: boolean;
  readonly isHarmless?: boolean;
  /** Why it makes no sense now; then it cannot be pressed. */
  readonly because?: string | undefined;
  readonly isIncomplete?: boolean;
  /** Of the button in the dialog, where it is not the label. */
  readonly action?: string;
  /** It makes no sense now, for a reason that stands beside another button. */
  readonly isDisabled?: boolean;
  /** One of several, and not the first. */
  readonly isPlain?: boolean;
  /** Called with the action when it has begun. */
  readonly onBegun?: (action: ActionAnswer<Result>) => void;
}

/**
 * A button that asks, and then begins an action. Who has not the role sees none, but a word which one it takes; in a console that
 * only shows there is nothing. What makes no sense at this moment is disabled and says why.
 */
export function ActionButton<Result = unknown>(props: ActionButtonProps<Result>) {
  const { target, label, role = 'operator', part, body, title, because, children, onBegun, ...look } = props;
  const { action = label, isDisabled = false, isPlain = false, ...dialog } = look;
  const isOpen = useSignal(false);
  const described = useId();
  const may = mayAct(role);
  if (may === 'read-only') return null;
  if (may === 'other-role')
    return (
      <span class="quiet">
        {label}: for the role {role}
      </span>
    );
  return (
    <>
      <button
        type="button"
        class={look.isDangerous ? 'danger' : isPlain ? '' : 'primary'}
        disabled={isDisabled || because !== undefined}
        aria-describedby={because === undefined ? undefined : described}
        onClick={() => {
          isOpen.value = true;
        }}
      >
        {label}
      </button>
      {because !== undefined && (
        <span class="quiet" id={described}>
          {because}
        </span>
      )}
      {isOpen.value && (
        <ConfirmDialog
          title={title}
          action={action}
          database={databaseOf(target)}
          {...dialog}
          onConfirm={async (confirm) => {
            const begun = await act<Result>(target, part, { ...body, ...(confirm === '' ? {} : { confirm }) });
            onBegun?.(begun);
          }}
          onClose={() => {
            isOpen.value = false;
          }}
        >
          {children}
        </ConfirmDialog>
      )}
    </>
  );
}

/** The name of the database behind a target, which is typed where it is production. */
function databaseOf(target: string): string {
  const now = session.value;
  const found = now.kind === 'in' ? now.session.targets.find(({ name }) => name === target) : undefined;
  return found?.database ?? target;
}
