import { useSignal } from '@preact/signals';

/** Puts a text on the clipboard, as it is. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const said = useSignal(label);
  const copy = async () => {
    said.value = await navigator.clipboard.writeText(text).then(
      () => 'Copied',
      () => 'The browser does not allow it',
    );
  };
  return (
    <button type="button" onClick={() => void copy()}>
      {said.value}
    </button>
  );
}
