import type { Fix, FixStep } from '../../lint/finding.ts';
import { visible } from '../visible.ts';

/**
 * The SQL of a fix, a line each: what stands in the place of the statement, or, where it takes several transactions, each file
 * under a comment that says so. `withRollback`: below each of them what undoes it, as a migration writes it; that of a step that does
 * nothing else is always there.
 */
export function fixLines({ steps }: Fix, withRollback = false): string[] {
  return steps.flatMap((step, index) => [
    ...(steps.length > 1 ? [`-- ${index + 1} of ${steps.length}, ${placeText(step, index)}`] : []),
    ...commentLines(step.comment ?? []),
    ...statementLines(step.sql),
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
