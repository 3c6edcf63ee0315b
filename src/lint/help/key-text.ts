import type { KnownConstraint } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { columnList, shown } from './shown.ts';

/** A foreign key as ADD CONSTRAINT takes it. */
export function foreignKeyText(
  { onDelete, onUpdate, matchFull, deferrable }: KnownConstraint,
  columns: readonly string[],
  target: QualifiedName,
  targetColumns: readonly string[],
): string {
  const to = `${shown(target)}${targetColumns.length > 0 ? ` ${columnList(targetColumns)}` : ''}`;
  return [
    `FOREIGN KEY ${columnList(columns)} REFERENCES ${to}`,
    matchFull ? ' MATCH FULL' : '',
    onDelete ? ` ON DELETE ${onDelete.toUpperCase()}` : '',
    onUpdate ? ` ON UPDATE ${onUpdate.toUpperCase()}` : '',
    timingText(deferrable),
  ].join('');
}

export function timingText(deferrable: KnownConstraint['deferrable']): string {
  return deferrable === undefined ? '' : ` DEFERRABLE ${deferrable.toUpperCase()}`;
}
