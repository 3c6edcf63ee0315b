import { useSignal } from '@preact/signals';
import type { DriftAnswer } from '../../answers/drift.ts';
import { actions } from '../data/actions.ts';
import { runCheck } from '../data/checks.ts';
import { ActionButton } from './action-button.tsx';
import { useEnded } from './use-ended.ts';
import { count } from './words.ts';

interface DecisionProps {
  readonly target: string;
  readonly drift: DriftAnswer;
  /** Keys of the differences that are selected. */
  readonly selected: readonly string[];
}

/** What operators may decide on drift; it is compared again behind that. */
export function DriftDecisions(props: DecisionProps) {
  const { target, drift } = props;
  const ended = useEnded(() => void runCheck(target, 'drift'));
  const isBusy = actions.value.some(({ state }) => state === 'running');
  const because = isBusy
    ? 'Something is under way.'
    : drift.gaps.length > 0
      ? 'Not all of the drift is known.'
      : undefined;
  if (drift.changes.length === 0) return null;
  return (
    <div class="actions">
      <Accept {...props} because={because} ended={ended} />
      <ToMigration {...props} because={because} ended={ended} />
    </div>
  );
}

type Ended = ReturnType<typeof useEnded>;
type ButtonProps = DecisionProps & { readonly because: string | undefined; readonly ended: Ended };

function Accept({ target, drift, selected, because, ended }: ButtonProps) {
  const reason = useSignal('');
  const isAll = selected.length === drift.changes.length;
  return (
    <ActionButton
      target={target}
      label="Accept on record"
      part="drift/accept"
      body={{ reason: reason.value, changes: selected }}
      title={`Accept ${count(selected.length, 'difference')} on record?`}
      isIncomplete={reason.value.trim() === ''}
      because={because ?? (selected.length === 0 ? 'Nothing is selected.' : undefined)}
      onBegun={(begun) => {
        reason.value = '';
        ended(begun);
      }}
    >
      <p>
        {isAll ? 'All of it' : 'What is selected'} may stay as it is: it counts as no drift any more, until it changes
        again. Nothing in the schema is touched; the audit trail keeps who decided that, and why.
      </p>
      <Reason label="Why it may stay" text={reason.value} onType={(text) => (reason.value = text)} />
    </ActionButton>
  );
}

function ToMigration({ target, drift, because, ended }: ButtonProps) {
  const [name, reason] = [useSignal(''), useSignal('')];
  return (
    <ActionButton
      target={target}
      label="Make a migration"
      part="drift/migration"
      body={{
        name: name.value,
        changes: drift.changes.map(({ key }) => key),
        ...(reason.value.trim() === '' ? {} : { reason: reason.value }),
      }}
      title={`Make ${count(drift.changes.length, 'difference')} a migration?`}
      isIncomplete={!NAME.test(name.value)}
      because={because}
      onBegun={ended}
    >
      <p>
        The SQL below becomes the next file in the folder of migrations. It is proven on a scratch database first, there
        and back, and recorded as applied here, where its changes are already.
      </p>
      <label class="confirm-name">
        Name of the file, behind its number
        <input
          type="text"
          value={name.value}
          placeholder="index_by_hand"
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => (name.value = currentTarget.value)}
        />
      </label>
      <Reason label="Why (optional)" text={reason.value} onType={(text) => (reason.value = text)} />
    </ActionButton>
  );
}

const NAME = /^[A-Za-z0-9_-]{1,80}$/;

function Reason({ label, text, onType }: { label: string; text: string; onType: (text: string) => void }) {
  return (
    <label class="confirm-name">
      {label}
      <textarea rows={2} maxLength={1000} value={text} onInput={({ currentTarget }) => onType(currentTarget.value)} />
    </label>
  );
}
