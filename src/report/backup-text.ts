import { count, formatBytes } from '../problem/quantity.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { visibleLine } from './visible.ts';
import { wrap } from './width.ts';

export interface BackupLine {
  readonly id: string;
  readonly database: string;
  readonly state: 'ok' | 'damaged' | 'unknown' | 'partial';
  readonly bytes: number | null;
  readonly method: string | null;
  readonly encrypted: boolean | null;
  readonly leavingOut: readonly string[];
  readonly version: string | null;
  readonly direction: 'apply' | 'rollback' | null;
  readonly verified: { readonly at: string; readonly ok: boolean; readonly server: string | null } | null;
  readonly faults: readonly string[];
}

/** The table of `backup list`, then what is wrong with which. When and what stands in the names. */
export function backupLines(
  backups: readonly BackupLine[],
  folder: string,
  { width, style }: { width: number; style: Style },
): string[] {
  if (backups.length === 0) return [`No backups in ${folder}.`];
  const columns = [
    { title: 'BACKUP' },
    { title: 'DATABASE', shrink: 'cut' as const },
    { title: 'SIZE', align: 'right' as const },
    { title: 'BY' },
    { title: 'VERIFIED' },
    ...(backups.some(({ version }) => version !== null) ? [{ title: 'FOR', shrink: 'cut' as const, least: 6 }] : []),
  ];
  const cells = backups.map((one) => [
    one.id,
    visibleLine(one.database),
    one.bytes === null ? '' : formatBytes(one.bytes),
    [one.method ?? '', ...(one.encrypted ? ['age'] : []), ...(one.leavingOut.length > 0 ? ['part'] : [])].join(', '),
    verifiedCell(one, style),
    ...(columns.length > 5
      ? [visibleLine(`${one.direction === 'rollback' ? 'rollback of ' : ''}${one.version ?? ''}`)]
      : []),
  ]);
  return [...renderTable(columns, cells, { width, heading: style.faint }), ...remarks(backups, width, style)];
}

function verifiedCell({ state, verified }: BackupLine, style: Style): string {
  if (state === 'partial') return style.faint('partial');
  if (state !== 'ok') return style.bad(state);
  if (!verified) return style.faint('no');
  const day = verified.at.slice(0, 10);
  if (!verified.ok) return style.bad(`failed ${day}`);
  return style.good(verified.server === null ? `digests ${day}` : day);
}

const PARTIAL = 'being written, or left by a killed run: the next backup removes what nobody writes.';

const FAULTS_MAX = 3;

function remarks(backups: readonly BackupLine[], width: number, style: Style): string[] {
  const wrong = backups.filter(({ faults }) => faults.length > 0);
  const partial = backups.filter(({ state }) => state === 'partial').length;
  return [
    ...wrong.flatMap(({ id, faults }) => [
      '',
      style.bad(id),
      ...faults.slice(0, FAULTS_MAX).map((fault) => wrap(`  ${visibleLine(fault)}`, width)),
      ...(faults.length > FAULTS_MAX ? [`  and ${faults.length - FAULTS_MAX} more`] : []),
    ]),
    ...(partial === 0 ? [] : ['', wrap(`${count(partial, 'backup')} ${PARTIAL}`, width)]),
  ];
}
