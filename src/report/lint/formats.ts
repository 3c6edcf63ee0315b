import type { LintReport } from '../../lint/report.ts';
import type { FormatOptions } from './format.ts';
import { lintGithub } from './github.ts';
import { lintGitlab } from './gitlab.ts';
import { lintJson } from './json.ts';
import { lintJunit } from './junit.ts';
import { lintSarif } from './sarif.ts';

type Render = (report: LintReport, options: FormatOptions) => string;

/** The formats for programs by the names of `--format`: whole documents that end with a line break. */
export const LINT_FORMATS = {
  json: (report, options) => `${JSON.stringify(lintJson(report, options), undefined, 2)}\n`,
  github: lintGithub,
  gitlab: lintGitlab,
  sarif: lintSarif,
  junit: lintJunit,
} as const satisfies Readonly<Record<string, Render>>;
