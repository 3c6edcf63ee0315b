import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BANS } from './banned.ts';
import { lineAt, modulesOf } from './module.ts';
import { none } from './none.ts';

const modules = ['src', 'test', 'bench', 'database']
  .flatMap(modulesOf)
  .filter(({ path }) => !path.startsWith('test/architecture/banned'));

for (const { what, pattern, instead, inComments, holds, example } of BANS) {
  test(`nowhere: ${what}`, () => {
    assert.match(example, pattern, 'the pattern does not find its own example');
    const found = modules
      .filter(({ path }) => holds?.(path) ?? true)
      .flatMap(({ path, text, code }) => {
        const all = (inComments ? text : code).matchAll(new RegExp(pattern, `${pattern.flags}g`));
        return [...all].map(
          ({ index, 0: said }) => `${path}:${lineAt(code, index)}: ${said.trim()}; instead: ${instead}`,
        );
      });
    none(found);
  });
}
