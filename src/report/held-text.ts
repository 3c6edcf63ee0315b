import type { HeldBack } from './events.ts';

const SIGNS = { free: 'free', used: 'in use', open: 'open', unseen: 'not seen' } as const;

/** `free: no view depends on it` */
export function evidenceText({ verdict, words }: HeldBack['evidence'][number]): string {
  return `${SIGNS[verdict]}: ${words}`;
}
