import type { FlagSpec } from './spec.ts';

/** Of every command that proves something. */
export const SCRATCH_FLAG: FlagSpec = {
  name: 'scratch',
  value: 'URL',
  summary: 'server for scratch databases, not the embedded one',
};
