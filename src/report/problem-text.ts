import type { Location, Problem, ServerError } from '../problem/problem.ts';
import { excerpt } from './excerpt.ts';
import { createStyle, type Style } from './style.ts';
import { visible } from './visible.ts';
import { wrap } from './width.ts';

export interface TextOptions {
  /** Columns to wrap at. */
  readonly width: number;
  readonly color: boolean;
}

interface Page {
  readonly width: number;
  readonly style: Style;
}

const LABEL = 12;
const STATEMENT_LINES = 6;

/**
 * A problem for people: what failed, where with the line and a caret, what was found and expected, what PostgreSQL said,
 * what state the database is in, what to do next, and the problems that belong to it. Ends with a line break.
 */
export function renderProblem(problem: Problem, { width, color }: TextOptions): string {
  const page = { width: Math.max(40, width), style: createStyle(color) };
  return `${block(problem, page, `error[${problem.code}]`).join('\n')}\n`;
}

function block(problem: Problem, page: Page, label: string): string[] {
  const { fields } = problem;
  const head = `${page.style.bad(label)}: ${page.style.strong(visible(problem.message))}`;
  const facts = [
    ...labelled('found', fields.found, page),
    ...labelled('expected', fields.expected, page),
    ...(fields.server ? said(fields.server, problem.message, page) : []),
    ...(fields.statement && fields.where?.lineText === undefined ? statement(fields.statement, page) : []),
    ...labelled('now', fields.state, page),
    ...nextSteps(fields.next ?? [], page),
  ];
  return [wrap(head, page.width), ...place(fields.where, page), ...facts, ...others(problem, page)];
}

function place(where: Location | undefined, page: Page): string[] {
  if (!where) return [];
  const { style } = page;
  const position = [where.file, where.line, where.line === undefined ? undefined : where.column].filter(
    (part) => part !== undefined,
  );
  const at = ` ${style.faint('-->')} ${style.place(visible(position.join(':')))}`;
  if (where.lineText === undefined || where.line === undefined) return [at];
  const number = String(where.line);
  const gutter = ' '.repeat(number.length);
  const [line, caret] = excerpt(where.lineText, where.column ?? 1, page.width - number.length - 3);
  const bar = style.faint('|');
  const under = where.column === undefined ? [] : [`${gutter} ${bar} ${style.bad(caret)}`];
  return [at, `${gutter} ${bar}`, `${style.faint(number)} ${bar} ${line.trimEnd()}`, ...under];
}

/** `label:      text`, wrapped under itself; a text of several lines keeps them. */
function labelled(label: string, text: string | undefined, page: Page): string[] {
  if (text === undefined || text === '') return [];
  const indent = ' '.repeat(LABEL);
  const lines = visible(text).split('\n');
  const wrapped = lines.map((line) => wrap(line, page.width, indent));
  return [`${page.style.faint(`${label}:`.padEnd(LABEL))}${wrapped.join(`\n${indent}`)}`];
}

function said(server: ServerError, message: string, page: Page): string[] {
  const severity = server.severity ?? 'ERROR';
  const repeated = message.includes(server.message) ? '' : `: ${server.message}`;
  return [
    ...labelled('PostgreSQL', `${severity} ${server.sqlstate}${repeated}`, page),
    ...labelled('detail', server.detail, page),
    ...labelled('hint', server.hint, page),
    ...labelled('context', server.context, page),
  ];
}

/** The beginning of the statement, where the place in the file does not show it. */
function statement(text: string, page: Page): string[] {
  const lines = visible(text.trim()).split('\n');
  const more = lines.length > STATEMENT_LINES ? [`… (${lines.length - STATEMENT_LINES} more lines)`] : [];
  const shown = lines.slice(0, STATEMENT_LINES).map((line) => excerpt(line, 1, page.width - LABEL)[0]);
  const indent = ' '.repeat(LABEL);
  return [`${page.style.faint('statement:'.padEnd(LABEL))}${[...shown, ...more].join(`\n${indent}`)}`];
}

/** Sentences are wrapped; a command (no full stop at its end) stays in one piece, so that it can be copied. */
function nextSteps(steps: readonly string[], page: Page): string[] {
  const indent = ' '.repeat(LABEL);
  return steps.map((step, index) => {
    const label = index === 0 ? page.style.faint('next:'.padEnd(LABEL)) : indent;
    const text = visible(step);
    return label + (/[.?!]$/.test(text) ? wrap(text, page.width, indent) : text);
  });
}

function others(problem: Problem, page: Page): string[] {
  const also = problem.fields.also ?? [];
  const isHeading = problem.fields.where === undefined && problem.fields.server === undefined;
  const label = isHeading ? 'error' : 'then';
  return also.flatMap((other) => [
    '',
    ...block(other, page, other.code === problem.code ? label : `${label}[${other.code}]`),
  ]);
}
