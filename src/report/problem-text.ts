import type { Location, Problem, ServerError } from '../problem/problem.ts';
import { excerpt } from './excerpt.ts';
import { createStyle, type Style } from './style.ts';
import { visible, visibleLine, visibleName } from './visible.ts';
import { widthOf, wrap, wrapHard } from './width.ts';

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
  const head = `${page.style.bad(label)}: ${page.style.strong(visibleLine(problem.message))}`;
  const facts = [
    ...labelled('found', fields.found, page),
    ...labelled('expected', fields.expected, page),
    ...verbatim('difference', fields.difference, page),
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
  const position = [where.line, where.line === undefined ? undefined : where.column].filter(
    (part) => part !== undefined,
  );
  const at = ` ${style.faint('-->')} ${style.place([visibleName(where.file), ...position].join(':'))}`;
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

/** As `labelled`, but each line is kept as it is: what was taken away and put in is shown whole, the lines around it cut. */
function verbatim(label: string, text: string | undefined, page: Page): string[] {
  if (text === undefined || text === '') return [];
  const indent = ' '.repeat(LABEL);
  const room = page.width - LABEL;
  const lines = text
    .split('\n')
    .flatMap((line) =>
      /^[+-]/.test(line) ? wrapHard(visibleLine(line), room) : [excerpt(line, 1, room)[0].trimEnd()],
    );
  return [`${page.style.faint(`${label}:`.padEnd(LABEL))}${lines.join(`\n${indent}`)}`];
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

/** Sentences are wrapped; a command stays in one piece, so that it can be copied. */
function nextSteps(steps: readonly string[], page: Page): string[] {
  const indent = ' '.repeat(LABEL);
  const lines = steps.flatMap((step) => stepLines(visible(step), page.width - LABEL));
  return lines.map((line, index) => {
    const label = index === 0 ? page.style.faint('next:'.padEnd(LABEL)) : indent;
    return label + (isCommand(line) ? line : wrap(line, page.width, indent));
  });
}

/** Sentences begin with a capital letter and end with a mark. */
function isCommand(text: string): boolean {
  return !/[.?!:]$/.test(text) && !/^[A-Z][a-z]/.test(text);
}

/** The command behind a sentence's colon goes to a line of its own where the two do not fit on one. */
function stepLines(step: string, width: number): string[] {
  const [, sentence, command] = /^(.*?:) (\S.*)$/s.exec(step) ?? [];
  if (sentence === undefined || command === undefined || widthOf(step) <= width) return [step];
  return isCommand(command) ? [sentence, command] : [step];
}

function others(problem: Problem, page: Page): string[] {
  const also = problem.fields.also ?? [];
  const isHeading = problem.fields.where?.line === undefined && problem.fields.server === undefined;
  const label = isHeading ? 'error' : 'then';
  return also.flatMap((other) => [
    '',
    ...block(other, page, other.code === problem.code ? label : `${label}[${other.code}]`),
  ]);
}
