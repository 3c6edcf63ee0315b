import type { Change } from '../catalog/compare.ts';
import { count } from '../problem/quantity.ts';
import { differenceLines } from './difference-text.ts';
import type { Style } from './style.ts';
import { visibleLine } from './visible.ts';
import { wrap } from './width.ts';

interface Proof {
  readonly objects: number;
  readonly rows: number;
  readonly changes: readonly Change[];
  readonly rowChanges: readonly {
    readonly table: string;
    readonly before: number;
    readonly after: number;
    readonly only: { readonly before: readonly string[]; readonly after: readonly string[] } | undefined;
  }[];
  readonly orders: readonly string[];
}

/** What is told of a squash. */
export interface SquashFacts {
  readonly version: string;
  readonly file: string;
  readonly archive: string;
  readonly folded: readonly string[];
  readonly kept: readonly {
    readonly file: string;
    readonly extensions: readonly string[];
    readonly header: string | null;
  }[];
  readonly proof: Proof;
  readonly later: (Proof & { readonly migrations: number }) | undefined;
  readonly equal: boolean;
}

interface Look {
  readonly style: Style;
  readonly width: number;
}

/** What became one file, what did not, and what was proven of it. */
export function squashLines(facts: SquashFacts, isWritten: boolean, { style, width }: Look): string[] {
  const { file, archive, folded, kept, proof, later } = facts;
  const [verb, moved] = isWritten ? ['Wrote', 'are'] : ['Would write', 'would be'];
  const names = `${folded[0]} to ${folded.at(-1)}`;
  const behind =
    later && later.migrations > 0
      ? `, and behind ${count(later.migrations, 'other migration')} ${count(later.objects, 'object')} and ${count(later.rows, 'row')}`
      : '';
  return [
    style.good(`${verb} ${file}, which stands for ${count(folded.length, 'migration')}: ${names}.`),
    `Their files ${moved} in ${archive}/, as they were.`,
    ...kept.map(keptLine),
    `Proven equal on scratch databases: ${count(proof.objects, 'object')} and ${count(proof.rows, 'row')}${behind}.`,
  ].map((line) => wrap(line, width, '  '));
}

function keptLine({ file, extensions, header }: SquashFacts['kept'][number]): string {
  const said = header === null ? '' : `; its header says now: ${header}`;
  return `A file of its own, since it requires the extension ${extensions.join(', ')}: ${file}${said}`;
}

/** What the squash makes otherwise than the files: why it is not written. */
export async function squashDifferenceLines({ proof, later }: SquashFacts, look: Look): Promise<string[]> {
  const differs = ({ changes, rowChanges, orders }: Proof) => changes.length + rowChanges.length + orders.length > 0;
  const found = differs(proof) || !later ? proof : later;
  const { changes, rowChanges, orders } = found;
  const sides = { before: 'the files', after: 'the squash' };
  const shown = await differenceLines({ equal: changes.length === 0, changes, notes: [], notChecked: [] }, sides, look);
  return [
    ...(found === later ? ['Behind the other migrations:'] : []),
    ...shown,
    ...rowChanges.map((one) => wrap(visibleLine(rowsLine(one)), look.width, '  ')),
    ...orders.map((name) => `The columns of ${name} stand in another order.`),
  ];
}

const ROWS_SHOWN = 2;

function rowsLine({ table, before, after, only }: Proof['rowChanges'][number]): string {
  const some = (rows: readonly string[] = []) => (rows.length === 0 ? '' : ` (${rows.slice(0, ROWS_SHOWN).join(' ')})`);
  return `The rows of ${table} differ: ${before} by the files${some(only?.before)}, ${after} by the squash${some(only?.after)}.`;
}
