interface ReasonProps {
  readonly label: string;
  readonly text: string;
  readonly onText: (text: string) => void;
}

/** Why something is done: kept in the audit trail. */
export function ReasonField({ label, text, onText }: ReasonProps) {
  return (
    <label class="confirm-name">
      {label}
      <textarea rows={3} maxLength={2000} value={text} onInput={({ currentTarget }) => onText(currentTarget.value)} />
    </label>
  );
}
