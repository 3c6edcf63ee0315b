import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionsOf } from './functions.ts';
import { modulesOf } from './module.ts';
import { none } from './none.ts';

const FUNCTION_LINES_MAX = 60;
const FUNCTION_LINES_MEDIAN_MAX = 12;
const FILE_LINES_MAX = 400;

const sources = modulesOf('src');
const functions = sources
  .flatMap((module) => functionsOf(module).map((found) => ({ path: module.path, ...found })))
  .sort((a, b) => a.lines - b.lines);

test('functions fit a screen, and most are short', (context) => {
  const median = functions[Math.floor(functions.length / 2)]?.lines ?? 0;
  const tenth = functions[Math.floor(functions.length * 0.9)]?.lines;
  const longest = functions.at(-1);
  context.diagnostic(
    `${functions.length} functions: median ${median} lines, nine of ten up to ${tenth}, longest ${longest?.lines} (${longest?.path}:${longest?.line})`,
  );
  const long = functions.filter(({ lines }) => lines > FUNCTION_LINES_MAX);
  none(
    long.map(
      ({ path, line, name, lines }) => `${path}:${line}: ${name} has ${lines} lines; ${FUNCTION_LINES_MAX} at most`,
    ),
  );
  assert.ok(median <= FUNCTION_LINES_MEDIAN_MAX, `the median is ${median} lines; ${FUNCTION_LINES_MEDIAN_MAX} at most`);
});

test('files hold one concept', () => {
  const sizes = sources.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
  const long = sizes.filter(({ lines }) => lines > FILE_LINES_MAX);
  none(long.map(({ path, lines }) => `${path}:${FILE_LINES_MAX + 1}: has ${lines} lines; ${FILE_LINES_MAX} at most`));
});
