import { useSignal } from '@preact/signals';
import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Rows above and below what is seen that are there all the same. */
const SPARE = 12;

interface WindowedProps<Row> {
  readonly rows: readonly Row[];
  readonly label: string;
  /** Of the class of the table: its columns have their widths there, and its rows the height `--row`. */
  readonly class: string;
  readonly head: ComponentChildren;
  readonly row: (row: Row, index: number) => ComponentChildren;
}

/** A table of any number of rows of one height: only those that are seen, and some more, are in the document. */
export function Windowed<Row>({ rows, label, head, row, ...rest }: WindowedProps<Row>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const { from, to, height } = useSeen(body, rows.length);
  const shown = rows.slice(from, to);
  return (
    <table class={`table ${rest.class}`} aria-label={label} aria-rowcount={rows.length + 1}>
      <thead>{head}</thead>
      <tbody ref={body}>
        <Space height={from * height} />
        {shown.map((one, i) => row(one, from + i))}
        <Space height={Math.max(0, rows.length - to) * height} />
      </tbody>
    </table>
  );
}

function Space({ height }: { height: number }) {
  if (height === 0) return null;
  return (
    <tr class="space">
      <td style={{ height: `${height}px` }} />
    </tr>
  );
}

/** Which rows the window shows. */
function useSeen(body: RefObject<HTMLElement | null>, count: number) {
  const seen = useSignal({ from: 0, to: Math.min(count, 80), height: 30 });
  useLayoutEffect(() => {
    const look = () => {
      if (!body.current) return;
      const height = Number.parseFloat(getComputedStyle(body.current).getPropertyValue('--row')) || 30;
      const above = -body.current.getBoundingClientRect().top;
      const from = Math.max(0, Math.min(count, Math.floor(above / height) - SPARE));
      const to = Math.min(count, Math.ceil((above + innerHeight) / height) + SPARE);
      const now = seen.peek();
      if (now.from !== from || now.to !== to || now.height !== height) seen.value = { from, to, height };
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [count]);
  return seen.value;
}
