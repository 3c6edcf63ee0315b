import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { REPOSITORY } from '../support/run-folder.ts';
import { documents } from './documents.ts';

const all = documents();
const byPath = new Map(all.map((document) => [document.path, document]));

/** What is wrong with a link to a file or heading of the repository. */
function complaint(from: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? from : normalize(join(dirname(from), path));
  if (!existsSync(join(REPOSITORY, file))) return `there is no ${file}`;
  if (anchor === undefined) return undefined;
  return byPath.get(file)?.anchors.has(anchor) ? undefined : `${file} has no heading #${anchor}`;
}

test('links inside the repository lead to files and headings that exist', () => {
  const wrong = all.flatMap(({ path, links }) =>
    links
      .filter(({ target }) => !/^[a-z]+:/.test(target))
      .flatMap(({ target, line }) => {
        const found = complaint(path, target);
        return found ? [`${path}:${line}: ${target}: ${found}`] : [];
      }),
  );
  assert.deepEqual(wrong, []);
});

test('files of the repository that the text names exist', () => {
  const named = /^(?:\.\/)?((?:src|test|docs|database|scripts|bin|schema|bench)\/[\w./-]+\.\w+)$/;
  const wrong = all.flatMap(({ path, spans }) =>
    spans.flatMap(({ text, line }) => {
      const file = named.exec(text)?.[1];
      return file && !/NNN|031_/.test(file) && !existsSync(join(REPOSITORY, file)) ? [`${path}:${line}: ${file}`] : [];
    }),
  );
  assert.deepEqual(wrong, []);
});
