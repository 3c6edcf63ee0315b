import type { FailOn } from '../../lint/report.ts';

/** What a format needs to know besides the findings. */
export interface FormatOptions {
  readonly failOn: FailOn;
  /** Version of taskflow-db. */
  readonly toolVersion: string;
  /** A file's path from the root of the repository, with `/` between its parts; an absolute one where it lies elsewhere. */
  readonly pathOf: (file: string) => string;
  /** The page of a rule (Markdown), where it is at hand. */
  readonly pageOf: (rule: string) => string | undefined;
}
