import { type PaceLimits, SIZE_FIRST, SIZE_MIN, sizeMaxOf } from '../../batch/pace.ts';
import type { Settings } from '../../config/settings.ts';
import type { DataSpec } from '../../migration/data-spec.ts';

/** While code runs no row is locked: its batches may take longer, and hold no more than fits into memory. */
const CODE_TARGET_MS = 5000;
const CODE_SIZE_MAX = 5000;

/** How long batches should take and how large they may be, as the file and the configuration say; in a table of so many rows. */
export function paceLimits(
  { data }: Settings,
  spec: DataSpec | undefined,
  isCode: boolean,
  rows?: number | undefined,
): PaceLimits {
  if (isCode) {
    const { chunk = 1, concurrency = SIZE_FIRST } = spec?.code ?? {};
    const sizeFirst = Math.min(SIZE_FIRST, chunk * concurrency);
    return {
      targetMs: spec?.targetMs ?? CODE_TARGET_MS,
      sizeMin: 1,
      sizeMax: CODE_SIZE_MAX,
      sizeFirst,
      sizeStep: chunk,
    };
  }
  const targetMs = spec?.targetMs ?? data.targetMs;
  return { targetMs, sizeMin: SIZE_MIN, sizeMax: sizeMaxOf(rows), sizeFirst: SIZE_FIRST };
}
