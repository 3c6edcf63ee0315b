/** The documents outside docs/, whose shell blocks are run; how many are not; and that what is wrong in one is found. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDocument } from './check-document.ts';
import { makeClone } from './clone.ts';
import { readDocument } from './markdown.ts';
import { testDocuments, withBlocks } from './run-documents.ts';

/** Blocks that are not run are few: a production host cannot be had here. */
const NOT_RUN_MAX = 6;

const server = testDocuments((path) => !path.startsWith('docs/'));

test('only a handful of blocks is not run', () => {
  const blocks = withBlocks.flatMap(({ blocks }) => blocks).filter(({ marks }) => marks.includes('norun'));
  assert.ok(blocks.length <= NOT_RUN_MAX, `${blocks.length} blocks are marked norun`);
});

test('a wrong flag, a missing file and another output are found', async (t) => {
  const clone = makeClone();
  t.after(() => clone.dispose());
  const wrong = (text: string) => checkDocument(readDocument('x.md', text), clone, server()).join('\n');
  assert.match(wrong('```sh\n./scripts/db-migrate.sh status --databse x\n```'), /x\.md:1: status 2[\s\S]*--databse/);
  assert.match(wrong('```sh\ncat database/postgresql/init.sql\ntrue\n```'), /No such file/);
  assert.match(wrong('```console\n$ echo 2 files\n3 files\n```'), /shows something else/);
  assert.match(wrong('```console\n$ false\n```'), /status 1/);
  assert.match(wrong('```sh norun\ntrue\n```'), /needs <!-- not run/);
  assert.equal(wrong('```sh\nexport A=1\n```\n```console\n$ echo $A\n1\n```'), '');
});
