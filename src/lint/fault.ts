import { PROBLEMS } from '../problem/codes.ts';
import type { Problem } from '../problem/problem.ts';
import type { Finding } from './finding.ts';
import { NO_EFFECT } from './place.ts';

/** What keeps a file from being judged, as findings: one for each place that is complained about. */
export function faultFindings(problem: Problem, version: string): Finding[] {
  return leavesOf(problem).map(({ code, message, fields }) => {
    const { file = '', line = 1, column = 1, lineText = '' } = fields.where ?? problem.fields.where ?? {};
    const place = { file, line, column, lineText, endLine: line, endColumn: column };
    return { ...NO_EFFECT, rule: code, severity: 'error', version, ...place, message, why: whyOf(fields), fix: null };
  });
}

/** Its file was not judged: its `rule` is the code of the problem, and nothing accepts it. No rule has such a name. */
export function isFault({ rule }: Pick<Finding, 'rule'>): boolean {
  return Object.hasOwn(PROBLEMS, rule);
}

function leavesOf(problem: Problem): readonly Problem[] {
  const { also = [] } = problem.fields;
  return also.length > 0 ? also.flatMap(leavesOf) : [problem];
}

function whyOf({ found, expected, next = [] }: Problem['fields']): string | null {
  const said = [...(found ? [`Found: ${found}`] : []), ...(expected ? [`Expected: ${expected}`] : []), ...next].join(
    '\n',
  );
  return said === '' ? null : said;
}
