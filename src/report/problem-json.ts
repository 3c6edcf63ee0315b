import type { ExitStatus } from '../problem/codes.ts';
import type { Location, Problem, ServerError } from '../problem/problem.ts';

/** A problem as `--json` gives it. Fields that do not apply are absent. */
export interface ProblemJson {
  readonly code: string;
  readonly exitStatus: ExitStatus;
  readonly message: string;
  readonly where?: Location;
  readonly found?: string;
  readonly expected?: string;
  readonly difference?: string;
  readonly server?: ServerError;
  readonly statement?: string;
  readonly version?: string;
  readonly state?: string;
  readonly next?: readonly string[];
  readonly also?: readonly ProblemJson[];
}

export function problemJson(problem: Problem): ProblemJson {
  const { cause: _cause, also, ...fields } = problem.fields;
  return {
    code: problem.code,
    exitStatus: problem.exitStatus,
    message: problem.message,
    ...fields,
    ...(also && also.length > 0 ? { also: also.map(problemJson) } : {}),
  };
}
