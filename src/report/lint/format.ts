import type { FailOn } from '../../lint/report.ts';
import type { FixedFiles } from './fixed-text.ts';

/** What a format needs to know besides the findings. */
export interface FormatOptions {
  readonly failOn: FailOn;
  /** Version of taskflow-db. */
  readonly toolVersion: string;
  /** A file's path from the root of the repository, with `/` between its parts; an absolute one where it lies elsewhere. */
  readonly pathOf: (file: string) => string;
  /** The page of a rule (Markdown), where it is at hand. */
  readonly pageOf: (rule: string) => string | undefined;
  /** What `--fix` has written; the findings are those that are left. */
  readonly fixed?: FixedFiles | undefined;
}
