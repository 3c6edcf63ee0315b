import { randomUUID } from 'node:crypto';
import { readTextFile, replaceFile } from '../../files/whole-file.ts';
import { PLAN_FORMAT, type PlanReport } from '../../forecast/plan-report.ts';
import type { Bound } from '../../plan/bound.ts';
import { readBound } from '../../plan/read-bound.ts';
import { Problem } from '../../problem/problem.ts';
import { digestOf } from './digest.ts';

/** Writes a plan where it can be reviewed, and applied from; in the place of an older one in one step. */
export function writePlanFile(path: string, shown: string, report: PlanReport): void {
  replaceFile(path, shown, `${JSON.stringify(report, null, 2)}\n`, randomUUID());
}

/**
 * What a plan that `plan --out` wrote is bound to. Throws Problem `plan-invalid` for any other file, and for one that was
 * changed: what was reviewed is what its digest says.
 */
export function readPlanFile(path: string, shown: string): Bound {
  const document = objectOf(parse(readTextFile(path, shown), shown), shown);
  checkFormat(document.format, shown);
  if (digestOf(document) !== document.digest) {
    throw invalid(shown, 'its content and its digest do not agree: it was changed by hand, or cut');
  }
  return boundOf(document.bound, shown);
}

function boundOf(value: unknown, file: string): Bound {
  const bound = readBound(value);
  if (isComplete(bound)) return bound;
  const unread = bound.length === 1 && bound[0] === 'schema';
  throw invalid(
    file,
    unread
      ? 'it does not say what the schema was: another session kept it locked when the plan was made'
      : `under "bound" these are missing or of another kind: ${bound.join(', ')}`,
  );
}

function isComplete(bound: Bound | readonly string[]): bound is Bound {
  return !Array.isArray(bound);
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(file, `it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}

function objectOf(value: unknown, file: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalid(file, 'it does not hold what taskflow-db plan --out writes');
}

function checkFormat(format: unknown, file: string): void {
  if (format === PLAN_FORMAT) return;
  if (typeof format !== 'number' || format < PLAN_FORMAT) throw invalid(file, 'it says no "format" that is known');
  throw new Problem('plan-invalid', `${file} was written by a newer taskflow-db (format ${format})`, {
    expected: `format ${PLAN_FORMAT}`,
    state: 'Nothing was run.',
    next: ['Use the newer version of taskflow-db, or make a new plan: taskflow-db plan --out FILE'],
  });
}

function invalid(file: string, found: string): Problem {
  return new Problem('plan-invalid', `${file} is no plan`, {
    where: { file },
    found,
    expected: 'a file that taskflow-db plan --out has written',
    state: 'Nothing was run.',
    next: ['Make a new plan: taskflow-db plan --out FILE'],
  });
}
