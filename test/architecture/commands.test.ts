import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMMANDS } from '../../src/cli/registry.ts';
import { ROOT } from './module.ts';
import { none } from './none.ts';

/** These go through the registry itself, so they name every command without running one. */
const DERIVED = /^test\/(architecture\/|cli\/(args|help|completion)\.|.*\.golden$)/;

const tests = (readdirSync(join(ROOT, 'test'), { recursive: true }) as string[])
  .map((name) => join('test', name))
  .filter((path) => /\.(ts|txt|transcript|md)$/.test(path) && !path.includes('node_modules/') && !DERIVED.test(path))
  .map((path) => readFileSync(join(ROOT, path), 'utf8'))
  .join('\n');

test('every command is in the reference', () => {
  const reference = readFileSync(join(ROOT, 'docs/commands.md'), 'utf8');
  const shown = COMMANDS.filter(({ hidden }) => !hidden);
  const absent = shown.filter(
    ({ name }) => !reference.includes(`\n## ${name}\n`) && !reference.includes(`taskflow-db ${name}`),
  );
  none(absent.map(({ name }) => `docs/commands.md: has no "${name}"; run: node scripts/build.mjs --docs`));
});

test('every command is run by a test', () => {
  const untested = COMMANDS.filter(({ name }) => !tests.match(runs(name)));
  none(untested.map(({ name }) => `src/cli/registry.ts: no test runs "${name}"`));
});

/** As arguments of a program (`['db', 'start']`) or as a line of a shell (`taskflow-db db start`). */
function runs(name: string): RegExp {
  const words = name.split(' ');
  return new RegExp(
    `['"\`]${words.join(`['"\`],\\s*['"\`]`)}['"\`]|(taskflow-db|db-migrate\\.sh|\\$) ${words.join(' ')}\\b|['"\`]${words.join(' ')}[ '"\`]`,
  );
}
