import type { ComponentChildren } from 'preact';
import { Shown } from './basics.tsx';
import { type SqlPiece, sqlLines } from './sql-tokens.ts';

interface SqlProps {
  readonly text: string;
  readonly label: string;
  /** What stands below a line (numbers from 1). */
  readonly notes?: ReadonlyMap<number, ComponentChildren>;
  /** Without numbers. */
  readonly isBare?: boolean;
}

/** SQL with numbered lines, each with an address of its own (#L12). */
export function Sql({ text, label, notes, isBare }: SqlProps) {
  const lines = sqlLines(text.replace(/\n$/, ''));
  return (
    <section class={`sql ${isBare ? 'sql-bare' : ''}`} aria-label={label} tabIndex={0}>
      {lines.map((pieces, i) => (
        <div class="sql-row" key={i}>
          <div class="sql-line" id={isBare ? undefined : `L${i + 1}`}>
            {!isBare && (
              <span class="sql-number" aria-hidden="true">
                {i + 1}
              </span>
            )}
            <code>
              <Pieces pieces={pieces} />
            </code>
          </div>
          {notes?.get(i + 1)}
        </div>
      ))}
    </section>
  );
}

function Pieces({ pieces }: { pieces: readonly SqlPiece[] }) {
  return (
    <>
      {pieces.map(({ kind, text }, i) =>
        kind === 'plain' ? (
          <Shown key={i} text={text} />
        ) : (
          <span key={i} class={`sql-${kind}`}>
            <Shown text={text} />
          </span>
        ),
      )}
    </>
  );
}
