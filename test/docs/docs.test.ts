/** Every shell block of the documents is run, in its order, in a copy of the repository; see CONTRIBUTING.md. */
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type OwnServer, ownServer, systemMajor } from '../support/servers.ts';
import { checkDocument } from './check-document.ts';
import { makeClone } from './clone.ts';
import { documents, NOT_RUN } from './documents.ts';
import { readDocument } from './markdown.ts';

/** Blocks that are not run are few: a production host cannot be had here. */
const NOT_RUN_MAX = 6;
/** The guide for authors makes migrations, the first of them 031: whatever was added since must not change its numbers. */
const AUTHORS_GUIDE = 'database/MIGRATION_GUIDE.md';
const AUTHORS_GUIDE_BEGINS_AT = 31;

let server: OwnServer;
before(async () => {
  // The machine's own where there is one: its pg_dump refuses a newer server.
  server = await ownServer(systemMajor === undefined ? 18 : 'system');
});
after(() => server.stop());

const withBlocks = documents().filter(
  (document) => !(document.path in NOT_RUN) && document.blocks.some(({ language }) => /^(sh|console)$/.test(language)),
);

for (const document of withBlocks) {
  test(`${document.path}: its commands run and print what it shows`, async (t) => {
    const clone = makeClone();
    t.after(async () => {
      await clone.dispose();
      await emptyServer();
    });
    if (document.path === AUTHORS_GUIDE) removeMigrationsFrom(clone.root, AUTHORS_GUIDE_BEGINS_AT);
    assert.equal(checkDocument(document, clone, server).join('\n\n'), '');
  });
}

test('only a handful of blocks is not run', () => {
  const blocks = withBlocks.flatMap(({ blocks }) => blocks).filter(({ marks }) => marks.includes('norun'));
  assert.ok(blocks.length <= NOT_RUN_MAX, `${blocks.length} blocks are marked norun`);
});

test('a wrong flag, a missing file and another output are found', async (t) => {
  const clone = makeClone();
  t.after(() => clone.dispose());
  const wrong = (text: string) => checkDocument(readDocument('x.md', text), clone, server).join('\n');
  assert.match(wrong('```sh\n./scripts/db-migrate.sh status --databse x\n```'), /x\.md:1: status 2[\s\S]*--databse/);
  assert.match(wrong('```sh\ncat database/postgresql/init.sql\ntrue\n```'), /No such file/);
  assert.match(wrong('```console\n$ echo 2 files\n3 files\n```'), /shows something else/);
  assert.match(wrong('```console\n$ false\n```'), /status 1/);
  assert.match(wrong('```sh norun\ntrue\n```'), /needs <!-- not run/);
  assert.equal(wrong('```sh\nexport A=1\n```\n```console\n$ echo $A\n1\n```'), '');
});

function removeMigrationsFrom(root: string, number: number): void {
  const folder = join(root, 'database/migrations');
  for (const name of readdirSync(folder)) if (Number.parseInt(name, 10) >= number) rmSync(join(folder, name));
}

/** The next document finds the server as the first one did. */
async function emptyServer(): Promise<void> {
  const { rows } = await server.sql(
    'postgres',
    `SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database WHERE datname <> 'postgres' AND NOT datistemplate
     UNION ALL SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE rolname <> 'postgres' AND rolname !~ '^pg_'`,
  );
  for (const [statement] of rows) await server.sql('postgres', statement!);
}
