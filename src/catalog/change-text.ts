import type { Change } from './compare.ts';

/** A change in words: `changed column public.users.email (default, not null)`. */
function changeText({ kind, type, name, detail }: Change): string {
  const properties = kind === 'changed' ? ` (${Object.keys(detail).join(', ')})` : '';
  return `${kind} ${type} ${name}${properties}`;
}

/** Some of them in words, and how many more there are. */
export function changesText(changes: readonly Change[], most: number): string {
  const more = changes.length > most ? [`and ${changes.length - most} more`] : [];
  return [...changes.slice(0, most).map(changeText), ...more].join('; ');
}
