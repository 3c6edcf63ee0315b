import { type PaceLimits, SIZE_MAX, SIZE_MIN } from '../../batch/pace.ts';
import type { Settings } from '../../config/settings.ts';
import type { DataSpec } from '../../migration/data-spec.ts';

/** While code runs no row is locked: its batches may take longer, and hold no more than fits into memory. */
const CODE_TARGET_MS = 5000;
const CODE_SIZE_MAX = 5000;

/** How long batches should take and how large they may be, as the file and the configuration say. */
export function paceLimits({ data }: Settings, spec: DataSpec | undefined, isCode: boolean): PaceLimits {
  if (isCode) return { targetMs: spec?.targetMs ?? CODE_TARGET_MS, sizeMin: 1, sizeMax: CODE_SIZE_MAX };
  return { targetMs: spec?.targetMs ?? data.targetMs, sizeMin: SIZE_MIN, sizeMax: SIZE_MAX };
}
