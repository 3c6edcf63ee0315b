import type { LintOptions } from './rule.ts';

/** What counts where nobody says otherwise. */
export const DEFAULT_OPTIONS: LintOptions = {
  serverMajor: 18,
  largeRows: 1_000_000,
  largeBytes: 1_000_000_000,
  smallRows: 10_000,
  smallBytes: 10_000_000,
};
