import type { ActionNews } from '../../answers/action.ts';
import { Panel, Shown } from './basics.tsx';
import { timeText } from './words.ts';

/** What an action has said, as the terminal would show it. */
export function ActionLog({ action: { lines, id } }: { action: ActionNews }) {
  const first = lines[0]?.number ?? 1;
  return (
    <Panel title="Log" class="wide">
      {lines.length === 0 && <p class="quiet">Nothing has been said yet.</p>}
      {first > 1 && <p class="quiet">{first - 1} earlier lines are not kept.</p>}
      {lines.length > 0 && (
        <ol class="log" tabIndex={0} aria-label="Log" key={id}>
          {lines.map(({ number, at, text }) => (
            <li key={number}>
              <time dateTime={at}>{timeText(at).slice(11)}</time> <Shown text={text} />
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
