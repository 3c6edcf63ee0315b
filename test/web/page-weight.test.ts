import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { REPOSITORY } from '../support/run-folder.ts';

const FIRST_SCREEN_BYTES_MAX = 250_000;
/** What the page is meant to stay below, so that nobody adds a large library unnoticed. */
const FIRST_SCREEN_BYTES_MEANT = 90_000;

const folder = join(REPOSITORY, 'dist/web');
const names = readdirSync(folder);
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8');
const zipped = (name: string) => gzipSync(textOf(name)).length;

test('the first screen, with its chart, is light', (context) => {
  const page = textOf('index.html');
  const first = names.filter((name) => page.includes(`/assets/${name}`));
  const chart = names.filter((name) => /^timeline-.*\.js$/.test(name));
  assert.equal(first.length, 2, 'a script and a style');
  assert.equal(chart.length, 1);
  const files = new Set(['index.html', ...first, ...chart]);
  for (const name of files)
    for (const [, other] of textOf(name).matchAll(/from"\.\/([\w-]+\.js)"|import"\.\/([\w-]+\.js)"/g))
      if (other) files.add(other);
  const bytes = [...files].reduce((sum, name) => sum + zipped(name), 0);
  context.diagnostic(`${bytes} bytes, gzip: ${[...files].join(', ')}`);
  assert.ok(bytes < FIRST_SCREEN_BYTES_MAX, `${bytes} bytes`);
  assert.ok(bytes < FIRST_SCREEN_BYTES_MEANT, `${bytes} bytes; it was less`);
});

test('the graph comes when it is first asked for', () => {
  const graph = names.filter((name) => /^graph-.*\.js$/.test(name));
  assert.equal(graph.length, 1);
  const main = names.find((name) => /^main-.*\.js$/.test(name)) ?? '';
  assert.match(textOf(main), new RegExp(`import\\("\\./${graph[0]}"\\)`));
  assert.doesNotMatch(textOf(main), new RegExp(`from"\\./${graph[0]}"`));
});

test('the page makes nothing of text but text', () => {
  for (const name of names.filter((one) => one.endsWith('.js') && !one.startsWith('chunk'))) {
    assert.doesNotMatch(textOf(name), /dangerouslySetInnerHTML=|insertAdjacentHTML|document\.write\(/, name);
  }
});
