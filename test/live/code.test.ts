import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { documents, embedding, WRITTEN, withService } from './code-bed.ts';

const ROWS = 1_000;

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`on PostgreSQL ${engine}`, () => {
    test('code gets the rows in chunks, and what it gives back is written once, recorded and taken back', () =>
      withService((service) =>
        withCli(
          engine,
          { ...documents(ROWS), ...embedding(service.url, '// Chunk: 50\n// Concurrency: 4') },
          async (at) => {
            const { exit, output } = await at.run(['migrate']);
            assert.equal(exit, 0, output);
            assert.deepEqual(await at.database.sql(WRITTEN), [['1', String(ROWS), String(ROWS)]]);
            assert.equal(service.answered.length, ROWS / 50);
            assert.ok(service.answered.every((texts) => texts.length === 50));
            const record = "SELECT type, file_name FROM schema_migrations WHERE version = '002_embed'";
            assert.deepEqual(await at.database.sql(record), [['data', '002_embed.ts']]);
            assert.match((await at.run(['status'])).output, /002_embed.*applied/);
            assert.equal((await at.run(['migrate'])).exit, 0);
            const back = await at.run(['rollback', '--yes']);
            assert.equal(back.exit, 0, back.output);
            assert.deepEqual(await at.database.sql(WRITTEN), [['0', String(ROWS), '0']]);
          },
        ),
      ));
  });
}
