import { Shown } from './basics.tsx';
import { CopyButton } from './copy-button.tsx';

/** A command to be copied into a terminal. */
export function Command({ text }: { text: string }) {
  return (
    <p class="command">
      <code>
        <Shown text={text} />
      </code>
      <CopyButton text={text} label="Copy" />
    </p>
  );
}
