import type { ProblemCode } from '../problem/codes.ts';
import { type Location, Problem, type ProblemFields } from '../problem/problem.ts';
import { LineIndex } from './position.ts';

/** The name that stands where the reader of a text does not know its file. */
export const UNNAMED = '(sql)';

/**
 * A problem with an SQL text, with the offset it is about (UTF-16, in that text). Whoever knows where the text came from
 * moves it there with `moved`.
 */
export class SqlProblem extends Problem {
  readonly offset: number;

  constructor(code: ProblemCode, message: string, offset: number, fields: ProblemFields) {
    super(code, message, fields);
    this.offset = offset;
  }

  /** The same problem at another place: in the file that holds the text. */
  moved(where: Location, offset: number): SqlProblem {
    return new SqlProblem(this.code, this.message, offset, { ...this.fields, where });
  }
}

/** A problem at an offset of a text, with line and column counted in that text. */
export function sqlProblem(
  code: ProblemCode,
  message: string,
  text: string,
  offset: number,
  fields: ProblemFields = {},
): SqlProblem {
  const where = { file: UNNAMED, ...new LineIndex(text).at(offset) };
  return new SqlProblem(code, message, offset, { where, ...fields });
}
