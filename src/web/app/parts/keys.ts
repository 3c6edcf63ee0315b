import { useEffect } from 'preact/hooks';
import { go, pathOf } from '../data/place.ts';

/** The second key behind `g`. */
const SCREENS: Readonly<Record<string, string>> = {
  o: '',
  m: 'migrations',
  p: 'plan',
  r: 'run',
  g: 'graph',
  s: 'schema',
  v: 'approvals',
  d: 'data',
  b: 'backups',
  a: 'audit',
};
const BETWEEN_MS = 1500;

/** `/` goes to the search of the screen, `g` and a letter to another screen. */
export function useKeys(target: string): void {
  useEffect(() => {
    let asked = 0;
    const hear = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === '/') return search(event);
      const screen = event.timeStamp - asked < BETWEEN_MS ? SCREENS[event.key] : undefined;
      asked = event.key === 'g' && screen === undefined ? event.timeStamp : 0;
      if (screen !== undefined) go(pathOf(target, screen));
    };
    addEventListener('keydown', hear);
    return () => removeEventListener('keydown', hear);
  }, [target]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
}

function search(event: KeyboardEvent): void {
  const field = document.querySelector<HTMLInputElement>('input[type=search]');
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
}
