/** Every shell block of documents is run, in its order, in a copy of the repository; see CONTRIBUTING.md. */
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type OwnServer, ownServer, systemMajor } from '../support/servers.ts';
import { checkDocument } from './check-document.ts';
import { makeClone } from './clone.ts';
import { documents, NOT_RUN } from './documents.ts';

/** The guide for authors makes migrations, the first of them 031: whatever was added since must not change its numbers. */
const AUTHORS_GUIDE = 'database/MIGRATION_GUIDE.md';
const AUTHORS_GUIDE_BEGINS_AT = 31;

export const withBlocks = documents().filter(
  (document) => !(document.path in NOT_RUN) && document.blocks.some(({ language }) => /^(sh|console)$/.test(language)),
);

/** A test for each of those whose path is asked for, on a server of their own, which is returned once it runs. */
export function testDocuments(isAskedFor: (path: string) => boolean): () => OwnServer {
  let server: OwnServer;
  before(async () => {
    // The machine's own where there is one: its pg_dump refuses a newer server.
    server = await ownServer(systemMajor === undefined ? 18 : 'system');
  });
  after(() => server.stop());

  for (const document of withBlocks.filter(({ path }) => isAskedFor(path))) {
    test(`${document.path}: its commands run and print what it shows`, async (t) => {
      const clone = makeClone();
      t.after(async () => {
        await clone.dispose();
        await emptyServer(server);
      });
      if (document.path === AUTHORS_GUIDE) removeMigrationsFrom(clone.root, AUTHORS_GUIDE_BEGINS_AT);
      assert.equal(checkDocument(document, clone, server).join('\n\n'), '');
    });
  }
  return () => server;
}

function removeMigrationsFrom(root: string, number: number): void {
  const folder = join(root, 'database/migrations');
  for (const name of readdirSync(folder)) if (Number.parseInt(name, 10) >= number) rmSync(join(folder, name));
}

/** The next document finds the server as the first one did. */
async function emptyServer(server: OwnServer): Promise<void> {
  const { rows } = await server.sql(
    'postgres',
    `SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database WHERE datname <> 'postgres' AND NOT datistemplate
     UNION ALL SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE rolname <> 'postgres' AND rolname !~ '^pg_'`,
  );
  for (const [statement] of rows) await server.sql('postgres', statement!);
}
