import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments } from '../../src/cli/args.ts';
import { GLOBAL_FLAGS } from '../../src/cli/globals.ts';
import { renderHelp } from '../../src/cli/help.ts';
import { COMMANDS } from '../../src/cli/registry.ts';
import type { CommandSpec } from '../../src/cli/spec.ts';
import { widthOf } from '../../src/report/width.ts';
import { assertGolden } from './goldens.ts';

const plain = { width: 80, color: false };

function allPaths(commands: readonly CommandSpec[], parents: readonly CommandSpec[] = []): CommandSpec[][] {
  return commands.flatMap((command) => {
    const path = [...parents, command];
    return [path, ...allPaths(command.subcommands ?? [], path)];
  });
}

test('the help of every command, short and long, is as recorded', () => {
  for (const form of ['short', 'long'] as const) {
    const visible = [[], ...allPaths(COMMANDS)].filter((path) => !path.some(({ hidden }) => hidden));
    const pages = visible.map(
      (path) => `==== ${path.map(({ name }) => name).join(' ')}\n${renderHelp(path, COMMANDS, form, plain)}`,
    );
    assertGolden(`help-${form}`, pages.join('\n'));
  }
});

test('short help fits a screen of 80 by 24, long help 80 columns', () => {
  for (const path of [[], ...allPaths(COMMANDS)]) {
    const short = renderHelp(path, COMMANDS, 'short', plain).split('\n');
    const long = renderHelp(path, COMMANDS, 'long', plain).split('\n');
    const name = path.map((command) => command.name).join(' ');
    assert(short.length <= 24, `${name}: ${short.length} lines`);
    for (const line of [...short, ...long]) {
      const isExample = path.at(-1)?.examples.some((example) => line.includes(example.line));
      assert(isExample || widthOf(line) <= 80, `${name}: ${line}`);
    }
  }
});

test('every example can be parsed, and every command has a summary and one example', () => {
  for (const path of allPaths(COMMANDS)) {
    const command = path.at(-1)!;
    if (command.hidden) continue;
    assert.doesNotMatch(command.summary, /\.$/);
    if (command.load) assert(command.examples.length > 0, command.name);
    for (const { line } of command.examples) {
      const words = /taskflow-db ([^|)]*)/.exec(line)![1]!.match(/"[^"]*"|'[^']*'|[^\s"']+/g)!;
      readArguments(
        words.map((word) => word.replace(/^(["'])(.*)\1$/, '$2')),
        COMMANDS,
      );
    }
  }
});

test('no flag name or letter is taken twice', () => {
  for (const path of allPaths(COMMANDS)) {
    const own = path.at(-1)!.flags;
    const letters = [...own, ...GLOBAL_FLAGS].flatMap(({ short }) => short ?? []);
    assert.equal(new Set(letters).size, letters.length);
    assert.equal(new Set(own.map(({ name }) => name)).size, own.length);
    const shadowed = own.filter(({ name }) => GLOBAL_FLAGS.some((flag) => flag.name === name)).map(({ name }) => name);
    assert.deepEqual(
      shadowed.filter((name) => name !== 'version'),
      [],
    );
  }
});
