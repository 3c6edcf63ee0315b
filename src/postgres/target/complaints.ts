import type { ProblemCode } from '../../problem/codes.ts';
import { gather, Problem, type ProblemFields } from '../../problem/problem.ts';

export type Complain = (message: string, fields?: ProblemFields) => void;

/** Everything that is wrong with what names the target, collected so that a person hears all of it at once. */
export class Complaints {
  readonly #code: ProblemCode;
  readonly #problems: Problem[] = [];

  constructor(code: ProblemCode) {
    this.#code = code;
  }

  readonly complain: Complain = (message, fields) => {
    this.#problems.push(new Problem(this.#code, message, fields));
  };

  get any(): boolean {
    return this.#problems.length > 0;
  }

  throwIfAny(heading: string): void {
    if (this.any) throw gather(this.#code, heading, this.#problems);
  }
}
