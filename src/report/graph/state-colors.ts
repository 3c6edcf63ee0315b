import type { MigrationState } from '../../plan/state.ts';

export interface Colors {
  readonly fill: string;
  readonly line: string;
  readonly text: string;
}

type Tone = 'plain' | 'done' | 'waiting' | 'busy' | 'wrong' | 'apart';

const TONES: Readonly<Record<MigrationState, Tone>> = {
  applied: 'done',
  baseline: 'done',
  pending: 'waiting',
  running: 'busy',
  interrupted: 'wrong',
  failed: 'wrong',
  rolled_back: 'apart',
  skipped: 'apart',
  modified: 'wrong',
  missing: 'apart',
};

/** Text on its fill has a contrast of 7 to 1 or more, a line on the page of 3 to 1 or more (WCAG 2.2, 1.4.6 and 1.4.11). */
const COLORS: Readonly<Record<Tone, { readonly light: Colors; readonly dark: Colors }>> = {
  plain: both(['#f4f5f7', '#717885', '#1c2330'], ['#232a36', '#7d8797', '#e8ebf0']),
  done: both(['#e3f4e8', '#2f7d4b', '#10331d'], ['#16321f', '#4fa76d', '#d6f3df']),
  waiting: both(['#fff1cf', '#9a6a00', '#3d2a00'], ['#3a2d0d', '#c79a35', '#ffedc2']),
  busy: both(['#dfeeff', '#2766b0', '#0c2a4d'], ['#142c47', '#5c9be0', '#d9eaff']),
  wrong: both(['#ffe2e0', '#b3261e', '#4f0d09'], ['#451512', '#e0685f', '#ffdfdc']),
  apart: both(['#ece8f5', '#6d5a9c', '#2a1f45'], ['#2b2440', '#9784c7', '#e9e2fa']),
};

function both(light: readonly string[], dark: readonly string[]): { light: Colors; dark: Colors } {
  const colors = ([fill, line, text]: readonly string[]): Colors => ({ fill: fill!, line: line!, text: text! });
  return { light: colors(light), dark: colors(dark) };
}

/** Null: where nobody was asked for the state. */
export function stateColors(state: MigrationState | null): { readonly light: Colors; readonly dark: Colors } {
  return COLORS[state === null ? 'plain' : TONES[state]];
}
