/**
 * The functions of a file that have a body in braces, and how many lines each takes, from its parameters to its last brace.
 * The type of a function that returns an object type looks the same and counts as one.
 */
import { lineAt, type Module } from './module.ts';

export interface FunctionSize {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

/** Words whose parentheses are no parameters. */
const CONTROL = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'await', 'return', 'import']);
const CLOSING: Record<string, string> = { '(': ')', '[': ']', '{': '}', '<': '>' };

export function functionsOf({ code }: Pick<Module, 'code'>): FunctionSize[] {
  const found: FunctionSize[] = [];
  for (let open = code.indexOf('('); open >= 0; open = code.indexOf('(', open + 1)) {
    const name = /([\w$#]*)\s*(?:<[^<>()]*>)?\s*$/.exec(code.slice(Math.max(0, open - 80), open))?.[1] ?? '';
    const body = CONTROL.has(name) ? -1 : bodyAfter(code, matching(code, open) + 1);
    if (body < 0) continue;
    const line = lineAt(code, open);
    found.push({ name: nameOf(code, open, name), line, lines: lineAt(code, matching(code, body)) - line + 1 });
  }
  return found;
}

/** Of an arrow function, the name that it is given. */
function nameOf(code: string, open: number, name: string): string {
  if (name !== '' && name !== 'async') return name;
  return /([\w$#]+)\s*[=:]\s*(?:async\s*)?$/.exec(code.slice(Math.max(0, open - 80), open))?.[1] ?? '(unnamed)';
}

/** Where the body opens that belongs to the parameters before `at`; -1 if they are none. */
function bodyAfter(code: string, at: number): number {
  let next = skipSpace(code, at);
  if (code[next] === ':') next = skipType(code, next + 1);
  if (next >= 0 && code.startsWith('=>', next)) next = skipSpace(code, next + 2);
  return next >= 0 && code[next] === '{' ? next : -1;
}

/** Past a type, to the brace or arrow after it; -1 where no type stands. */
function skipType(code: string, start: number): number {
  let expectsType = true;
  for (let at = skipSpace(code, start); at < code.length; at = skipSpace(code, at)) {
    const char = code[at]!;
    const word = /^[\w$.]+/.exec(code.slice(at, at + 200))?.[0];
    if (!expectsType && (char === '{' || code.startsWith('=>', at))) return at;
    if (word !== undefined) {
      if (!expectsType && !['is', 'extends'].includes(word)) return -1;
      expectsType = ['is', 'extends', 'keyof', 'readonly', 'typeof', 'asserts', 'infer'].includes(word);
      if (word === 'asserts') expectsType = true;
      at += word.length;
    } else if (char === '|' || char === '&') {
      expectsType = true;
      at += 1;
    } else if (CLOSING[char] !== undefined) {
      at = matching(code, at) + 1;
      expectsType = false;
    } else if (expectsType && /['"`]/.test(char)) {
      at = code.indexOf(char, at + 1) + 1;
      expectsType = false;
    } else return -1;
  }
  return -1;
}

function skipSpace(code: string, at: number): number {
  let next = at;
  while (/\s/.test(code[next] ?? 'x')) next += 1;
  return next;
}

/** The bracket that closes the one at `open`; the arrow's `>` closes nothing. */
function matching(code: string, open: number): number {
  const begin = code[open]!;
  const end = CLOSING[begin]!;
  let depth = 0;
  for (let at = open; at < code.length; at += 1) {
    if (code[at] === begin) depth += 1;
    else if (code[at] === end && !(end === '>' && code[at - 1] === '=')) depth -= 1;
    if (depth === 0) return at;
  }
  return code.length;
}
