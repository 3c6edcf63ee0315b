import { type ExitStatus, PROBLEMS, type ProblemCode } from './codes.ts';

/** A place in a text file. `line` and `column` count from 1, in characters (Unicode code points). */
export interface Location {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** The text of that line, without its line break; long lines are cut by the renderer, not here. */
  readonly lineText?: string;
}

/** What PostgreSQL said, field by field (manual, "Error and Notice Message Fields"). */
export interface ServerError {
  readonly severity?: string;
  readonly sqlstate: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly context?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
}

export interface ProblemFields {
  readonly where?: Location;
  readonly found?: string;
  readonly expected?: string;
  /** What changed between the two, line by line, in the unified format. */
  readonly difference?: string;
  readonly server?: ServerError;
  /** The statement that failed, as written. */
  readonly statement?: string;
  readonly version?: string;
  /** What state the database is in now, in one sentence. */
  readonly state?: string;
  /** What to do next; each entry one sentence, one command, or a sentence with its command behind a colon. */
  readonly next?: readonly string[];
  readonly cause?: unknown;
  /** Problems found together with this one (a list complaint) or after it (while cleaning up). */
  readonly also?: readonly Problem[];
}

/**
 * The one error family. `message` says in one sentence what failed; the fields say where, what was found and expected,
 * what state the database is in, and what to do next. A user's mistake is a Problem and shows no stack; any other Error
 * is ours and does.
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly fields: ProblemFields;

  constructor(code: ProblemCode, message: string, fields: ProblemFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'Problem';
    this.code = code;
    this.fields = fields;
  }

  get exitStatus(): ExitStatus {
    return PROBLEMS[this.code];
  }

  /** The same problem with more said: later knowledge (state, next step) is added where the problem passes through. */
  with(more: ProblemFields): Problem {
    return new Problem(this.code, this.message, { ...this.fields, ...more });
  }
}

/** The problem with later ones attached, so that the first error always survives. */
export function attach(first: unknown, later: unknown): unknown {
  if (!(first instanceof Problem)) return first;
  const more = later instanceof Problem ? later : new Problem('internal', String(later), { cause: later });
  return first.with({ also: [...(first.fields.also ?? []), more] });
}

/** One problem out of a list of complaints: the only one as it is, several under a heading. */
export function gather(code: ProblemCode, heading: string, problems: readonly Problem[]): Problem {
  const [only] = problems;
  return problems.length === 1 && only ? only : new Problem(code, heading, { also: problems });
}
