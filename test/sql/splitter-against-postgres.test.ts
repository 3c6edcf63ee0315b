import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { splitScript } from '../../src/sql/splitter.ts';
import { parserStatements } from './postgres-parser.ts';

const FIXTURES = new URL('../fixtures/sql/', import.meta.url);

function ourStatements(text: string): string[] {
  return [...splitScript(text)]
    .filter((item) => item.kind === 'statement')
    .map(({ start, end }) => text.slice(start, end));
}

for (const name of readdirSync(FIXTURES).filter((file) => file.endsWith('.sql'))) {
  test(`statements of ${name} are those of PostgreSQL's parser`, () => {
    const text = readFileSync(new URL(name, FIXTURES), 'utf8');
    const expected = parserStatements(text).map(({ start, end }) => text.slice(start, end));
    assert.deepEqual(ourStatements(text), expected);
  });
}
