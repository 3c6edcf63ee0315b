/** Every command line that a document shows, run or not, is one that the tool understands. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments } from '../../src/cli/args.ts';
import { COMMANDS } from '../../src/cli/registry.ts';
import { Problem } from '../../src/problem/problem.ts';
import { documents } from './documents.ts';
import type { Document } from './markdown.ts';

const WORD = `(?:"[^"]*"|'[^']*'|[^\\s|;&()<>#"'\`]+)`;
const CALL = new RegExp(
  `(?<![\\w/])(?:\\./scripts/db-migrate\\.sh|taskflow-db|node database/migrate\\.ts)((?: +${WORD})+)`,
  'g',
);

interface Call {
  readonly words: readonly string[];
  readonly at: string;
}

function callsIn(text: string, at: string): Call[] {
  return [...text.matchAll(CALL)].map((match) => {
    const words = match[1]!.match(new RegExp(WORD, 'g')) ?? [];
    return { words: words.map((word) => word.replace(/^["']|["']$/g, '')), at };
  });
}

function callsOf({ path, blocks, spans }: Document): Call[] {
  const shell = blocks.filter(({ language }) => language === 'sh' || language === 'console');
  return [
    ...shell.flatMap(({ text, line, language }) => {
      const lines = text.split('\n').filter((one) => language === 'sh' || one.startsWith('$ '));
      return lines.flatMap((one) => callsIn(one, `${path}:${line}`));
    }),
    ...spans.flatMap(({ text, line }) => callsIn(text, `${path}:${line}`)),
  ];
}

/** What the tool says of the command line; undefined when it understands it. */
function complaint({ words, at }: Call): string | undefined {
  try {
    readArguments(words, COMMANDS);
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return `${at}: ${words.join(' ')}: ${error.message}`;
  }
}

test('commands and flags in the documents exist', () => {
  const calls = documents().flatMap(callsOf);
  // `./scripts/db-migrate.sh COMMAND` speaks of all of them.
  const real = calls.filter(({ words }) => words[0] !== 'COMMAND');
  assert.ok(real.length > 50, `only ${real.length} command lines were found`);
  assert.deepEqual(real.map(complaint).filter(Boolean), []);
});

test('a wrong flag in prose is found', () => {
  const [call] = callsIn('./scripts/db-migrate.sh status --databse x', 'x.md:1');
  assert.match(complaint(call!) ?? '', /--databse/);
});
