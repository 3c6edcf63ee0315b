import { structuredPatch } from 'diff';
import { Shown } from './basics.tsx';

const CONTEXT = 3;

/** Two texts line by line: what was taken away, what came. */
export function Diff({ before, after, label }: { before: string; after: string; label: string }) {
  const patch = structuredPatch('', '', before, after, '', '', { context: CONTEXT });
  return (
    <section class="diff" aria-label={label} tabIndex={0}>
      {patch.hunks.map((hunk) => (
        <div key={hunk.oldStart}>
          <div class="diff-place">
            line {hunk.oldStart} before, line {hunk.newStart} now
          </div>
          {hunk.lines
            .filter((line) => !line.startsWith('\\'))
            .map((line, i) => (
              <div key={i} class={`diff-line ${KINDS[line[0]!] ?? ''}`}>
                <span class="diff-sign">{line[0]}</span>
                <code>
                  <Shown text={line.slice(1)} />
                </code>
              </div>
            ))}
        </div>
      ))}
    </section>
  );
}

const KINDS: Readonly<Record<string, string>> = { '+': 'diff-added', '-': 'diff-removed' };
