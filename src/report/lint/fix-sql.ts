import type { Fix, FixStep } from '../../lint/finding.ts';
import { visible } from '../visible.ts';

export interface FixLook {
  /** Below each step what undoes it, as a migration writes it. */
  readonly withRollback?: boolean;
  /** The statement that the fix is for: what a long one has in common with its fix is left out. */
  readonly shortOf?: string | null;
}

/**
 * The SQL of a fix, a line each: what stands in the place of the statement, or, where it takes several transactions, each file
 * under a comment that says so. The way back of a step that does nothing else is always there.
 */
export function fixLines({ steps }: Fix, { withRollback = false, shortOf = null }: FixLook = {}): string[] {
  return steps.flatMap((step, index) => [
    ...(steps.length > 1 ? [`-- ${index + 1} of ${steps.length}, ${placeText(step, index)}`] : []),
    ...commentLines(step.comment ?? []),
    ...step.sql.flatMap((sql) => shortened(statementLines([sql]), shortOf)),
    ...(withRollback || step.sql.length === 0 ? rollbackLines(step) : []),
  ]);
}

function placeText({ name }: FixStep, index: number): string {
  return index === 0 ? 'in this file:' : `in a file of its own, ${visible(name)}:`;
}

function commentLines(texts: readonly string[]): string[] {
  const lines = texts.flatMap((text) => visible(text).split('\n'));
  return lines.map((line) => (line.startsWith('--') ? line : `-- ${line}`.trimEnd()));
}

function statementLines(statements: readonly string[]): string[] {
  return statements.flatMap((sql) => `${visible(sql)};`.split('\n'));
}

function rollbackLines({ rollback }: FixStep): string[] {
  if (rollback.length === 0) return [];
  return ['-- ROLLBACK:', ...statementLines(rollback).map((line) => `-- ${line}`)];
}

/** Statements up to this many lines are shown whole. */
const WHOLE_MAX = 5;

/** A long statement without the lines at its beginning and its end that are as they were, save for the first and the last. */
function shortened(lines: readonly string[], original: string | null): readonly string[] {
  if (original === null || lines.length <= WHOLE_MAX) return lines;
  const before = `${visible(original)};`.split('\n');
  const same = (at: number) => lines.at(at) === before.at(at);
  const shorter = Math.min(lines.length, before.length);
  let first = 0;
  while (first < shorter - 1 && same(first)) first++;
  let last = 0;
  while (last < shorter - first && same(-1 - last)) last++;
  const changed = lines.slice(Math.max(1, first), lines.length - Math.max(1, last));
  const [head = '', tail = ''] = [lines[0], lines.at(-1)];
  return [head, ...leftOut(first - 1), ...changed, ...leftOut(last - 1), tail];
}

function leftOut(amount: number): string[] {
  return amount > 0 ? [`  -- … ${amount === 1 ? 'a line' : `${amount} lines`} as before`] : [];
}
