import type { MigrationState } from '../../../plan/state.ts';
import { plainWord } from './words.ts';

/** What a state asks of the reader: nothing, to be applied, at work, a look, or something is wrong. */
const TONES: Readonly<Record<MigrationState, Tone>> = {
  applied: 'good',
  baseline: 'good',
  pending: 'open',
  running: 'busy',
  interrupted: 'bad',
  failed: 'bad',
  rolled_back: 'quiet',
  skipped: 'quiet',
  modified: 'warn',
  missing: 'warn',
};

export type Tone = 'good' | 'open' | 'busy' | 'bad' | 'warn' | 'quiet';

export function toneOf(state: MigrationState): Tone {
  return TONES[state];
}

export function StateWord({ state }: { state: MigrationState }) {
  return <Word tone={TONES[state]} text={plainWord(state)} />;
}

/** A word in the colour of what it means. */
export function Word({ tone, text }: { tone: Tone; text: string }) {
  return <span class={`word tone-${tone}`}>{text}</span>;
}

const EVENT_TONES: Readonly<Record<string, Tone>> = {
  applied: 'good',
  rolled_back: 'quiet',
  failed: 'bad',
  rollback_failed: 'bad',
  cancelled: 'warn',
  lock_wait: 'warn',
  blocker_cancelled: 'warn',
  taken_over: 'warn',
  connection_lost: 'bad',
  repaired: 'warn',
  refused: 'warn',
  approved: 'good',
  approval_requested: 'open',
  approval_rejected: 'bad',
  approval_revoked: 'warn',
};

export function EventWord({ event }: { event: string }) {
  return <Word tone={EVENT_TONES[event] ?? 'quiet'} text={plainWord(event)} />;
}
