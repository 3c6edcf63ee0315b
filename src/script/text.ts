import { commentLine } from '../sql/quote.ts';
import type { NotWritten } from './context.ts';
import type { Line, Step } from './step.ts';

/** The file: what it does not do, the settings it needs, then one statement a paragraph. */
export function scriptText(steps: readonly Step[], notWritten: readonly NotWritten[]): string {
  const lines = steps.flatMap((step) => step.lines);
  const head = notWritten.map(({ type, name, why }) => commentLine(`cannot write: ${type} ${name}: ${why}`));
  if (lines.length === 0) return head.length === 0 ? '' : `${head.join('\n')}\n`;
  const whole =
    !lines.some(({ sql }) => NOT_WHOLE.test(sql)) && !steps.some(({ late, lines }) => late && lines.length > 0);
  const paragraphs = [
    ...(head.length > 0 ? [head.join('\n')] : []),
    ...(whole ? ['BEGIN;', 'SET LOCAL check_function_bodies = off;'] : ['SET check_function_bodies = off;']),
    ...lines.map(paragraph),
    ...(whole ? ['COMMIT;'] : ['RESET check_function_bodies;']),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

/** A label of an enum can be used when it is committed. */
const NOT_WHOLE = /^(CREATE (UNIQUE )?INDEX CONCURRENTLY|DROP INDEX CONCURRENTLY|ALTER TYPE .* ADD VALUE) /;

/** One statement with its comments and its semicolon. */
export function paragraph({ sql, note, loses }: Line): string {
  return [
    ...(loses === undefined ? [] : [commentLine(`loses data: ${loses}`)]),
    ...(note === undefined ? [] : [commentLine(note)]),
    // A body that ends in a comment would swallow the semicolon.
    /--[^\n]*$/.test(sql) ? `${sql}\n;` : `${sql};`,
  ].join('\n');
}
