import { type Location, Problem, type ProblemFields } from '../problem/problem.ts';
import type { Mask as WholeMask } from './mask.ts';

type Mask = Pick<WholeMask, 'apply'>;

/**
 * The problem with every secret in it hidden. To be done before it is rendered: a secret that is wrapped over two lines,
 * or cut by the window around the caret, could not be recognised any more.
 */
export function maskProblem(problem: Problem, mask: Mask): Problem {
  const { where, also, cause: _cause, ...fields } = problem.fields;
  return new Problem(problem.code, mask.apply(problem.message), {
    ...maskTexts(fields, mask),
    ...(where ? { where: maskLocation(where, mask) } : {}),
    ...(also ? { also: also.map((other) => maskProblem(other, mask)) } : {}),
  });
}

function maskTexts(fields: Omit<ProblemFields, 'where' | 'also' | 'cause'>, mask: Mask): ProblemFields {
  return maskValue(fields, mask) as ProblemFields;
}

function maskValue(value: unknown, mask: Mask): unknown {
  if (typeof value === 'string') return mask.apply(value);
  if (Array.isArray(value)) return value.map((item) => maskValue(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, maskValue(inside, mask)]));
}

/** The column moves with what is hidden before it. */
function maskLocation(where: Location, mask: Mask): Location {
  const file = mask.apply(where.file);
  if (where.lineText === undefined) return { ...where, file };
  const lineText = mask.apply(where.lineText);
  if (where.column === undefined || lineText === where.lineText) return { ...where, file, lineText };
  const before = mask.apply([...where.lineText].slice(0, where.column - 1).join(''));
  const column = lineText.startsWith(before) ? [...before].length + 1 : 1;
  return { ...where, file, lineText, column };
}
