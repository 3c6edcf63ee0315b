import type { MigrationState } from '../../plan/state.ts';
import type { Style } from '../style.ts';

const BAD: ReadonlySet<MigrationState> = new Set(['failed', 'modified', 'interrupted', 'missing']);

export function stateStyle(state: MigrationState, style: Style): (text: string) => string {
  if (state === 'applied' || state === 'baseline') return style.good;
  return BAD.has(state) ? style.bad : style.warn;
}
