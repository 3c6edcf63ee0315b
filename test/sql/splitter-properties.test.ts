import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../src/problem/problem.ts';
import { nextToken } from '../../src/sql/lexer.ts';
import { StreamSplitter, splitScript } from '../../src/sql/splitter.ts';
import { anyText, mutatedScript, script } from './generate.ts';
import { parserStatements, parses } from './postgres-parser.ts';

function statements(text: string): string[] {
  return [...splitScript(text)]
    .filter((item) => item.kind === 'statement')
    .map(({ start, end }) => text.slice(start, end));
}

function expected(text: string): string[] {
  return parserStatements(text).map(({ start, end }) => text.slice(start, end));
}

test('statements of any valid script are those of the parser', () => {
  let valid = 0;
  fc.assert(
    fc.property(script, (text) => {
      if (!parses(text)) return;
      valid++;
      assert.deepEqual(statements(text), expected(text));
    }),
    { numRuns: 400 },
  );
  assert.ok(valid > 300, `only ${valid} of 400 generated scripts were valid`);
});

test('a script with random edits is cut as the parser cuts it, wherever the parser takes it', () => {
  fc.assert(
    fc.property(mutatedScript, (text) => {
      if (parses(text)) assert.deepEqual(statements(text), expected(text));
    }),
    { numRuns: 1000 },
  );
});

/** What comes out of a reading, or the problem that ended it, in a form to compare. */
function outcome(read: () => unknown[]): unknown {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return {
      code: error.code,
      message: error.message,
      line: error.fields.where?.line,
      column: error.fields.where?.column,
    };
  }
}

function whole(text: string): unknown[] {
  return [...splitScript(text.replaceAll('\r\n', '\n'))].flatMap((item): unknown[] => {
    if (item.kind !== 'copy') return [item];
    const { data, ...copy } = item;
    const normal = text.replaceAll('\r\n', '\n');
    return [{ ...copy, kind: 'copy-begin' }, { data: normal.slice(data.start, data.end) }];
  });
}

function inPieces(text: string, cuts: readonly number[]): unknown[] {
  const splitter = new StreamSplitter(undefined, 1);
  const found: unknown[] = [];
  const take = (parts: ReturnType<StreamSplitter['end']>) => {
    for (const { text: taken, ...part } of parts) {
      if (part.kind === 'copy-begin') found.push(part, { data: '' });
      else if (part.kind === 'copy-data') (found.at(-1) as { data: string }).data += taken;
      else if (part.kind === 'comment') found.push({ ...part, text: taken });
      else if (part.kind !== 'copy-end') found.push(part);
    }
  };
  let at = 0;
  for (const cut of [...cuts].map((one) => one % (text.length + 1)).sort((a, b) => a - b)) {
    take(splitter.push(text.slice(at, cut)));
    at = cut;
  }
  take(splitter.push(text.slice(at)));
  take(splitter.end());
  return found;
}

for (const [name, texts, runs] of [
  ['valid scripts', script, 300],
  ['any text', anyText, 2000],
] as const) {
  test(`reading ${name} in pieces gives the same as reading them whole`, () => {
    fc.assert(
      fc.property(texts, fc.array(fc.nat(), { maxLength: 8 }), (text, cuts) => {
        const problemFree = outcome(() => whole(text));
        assert.deepEqual(
          outcome(() => inPieces(text, cuts)),
          problemFree,
        );
      }),
      { numRuns: runs },
    );
  });
}

test('the tokens of any text follow each other without a gap, or a Problem says why not', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      let at = 0;
      outcome(() => {
        for (let token = nextToken(text, 0, true); token && token !== 'incomplete'; token = nextToken(text, at, true)) {
          assert.equal(token.start, at);
          assert.ok(token.end > token.start);
          at = token.end;
        }
        assert.equal(at, text.length);
        return [];
      });
    }),
    { numRuns: 2000 },
  );
});
