import type { LintOptions } from './rule.ts';

/** What counts where nobody says otherwise. */
export const DEFAULT_OPTIONS: LintOptions = {
  serverMajor: 18,
  largeRows: 1_000_000,
  largeBytes: 1024 ** 3,
  smallRows: 10_000,
  smallBytes: 10 * 1024 ** 2,
};
