import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { documents, embedding, WRITTEN, withService } from './code-bed.ts';

const ROWS = 300;
/** Several batches. */
const MANY = 4_000;
const CHUNKS = '// Chunk: 20\n// Concurrency: 3';
const TRUE = [['1', String(ROWS), String(ROWS)]];

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`on PostgreSQL ${engine}`, () => {
    test('a service that is busy and then broken for a while is asked again, after the time that it names', () => {
      let refusedAt = 0;
      let waited = 0;
      return withService(
        (service) =>
          withCli(engine, { ...documents(ROWS), ...embedding(service.url, '// Chunk: 20') }, async (at) => {
            const { exit, output } = await at.run(['migrate']);
            assert.equal(exit, 0, output);
            assert.deepEqual(await at.database.sql(WRITTEN), TRUE);
            assert.ok(waited >= 990, `asked again after ${waited} ms`);
            assert.equal(service.requests, ROWS / 20 + 3);
          }),
        (request, _texts, answer) => {
          if (request === 3) refusedAt = performance.now();
          if (request === 4) waited = performance.now() - refusedAt;
          if (request === 3) answer.writeHead(429, { 'retry-after': '1' }).end('slowly');
          else if (request === 5 || request === 6) answer.writeHead(503).end();
          return request === 3 || request === 5 || request === 6;
        },
      );
    });

    test('many calls that are refused at once all wait, and say nothing of it', () =>
      withService(
        (service) =>
          withCli(
            engine,
            { ...documents(ROWS), ...embedding(service.url, '// Chunk: 10\n// Concurrency: 30') },
            async (at) => {
              const { exit, output } = await at.run(['migrate']);
              assert.equal(exit, 0, output);
              assert.doesNotMatch(output, /warning/i);
              assert.deepEqual(await at.database.sql(WRITTEN), TRUE);
            },
          ),
        (request, _texts, answer) => {
          if (request <= 30) answer.writeHead(500).end();
          return request <= 30;
        },
      ));

    test('a row that is changed while the code runs is read again, and only that one is asked for again', () =>
      withCli(engine, documents(ROWS), async (at) => {
        await withService(
          async (service) => {
            at.write(embedding(service.url, CHUNKS));
            const { exit, output } = await at.run(['migrate']);
            assert.equal(exit, 0, output);
            assert.deepEqual(await at.database.sql('SELECT title, embedding[1], n FROM documents WHERE id = 7'), [
              ['changed meanwhile', '17', '1'],
            ]);
            assert.deepEqual(await at.database.sql('SELECT count(*) FROM documents'), [[String(ROWS - 1)]]);
            assert.deepEqual(
              service.answered.filter((texts) => texts.length < 20),
              [['changed meanwhile']],
            );
          },
          async (request) => {
            if (request !== 1) return false;
            await at.database.sql("UPDATE documents SET title = 'changed meanwhile' WHERE id = 7");
            await at.database.sql('DELETE FROM documents WHERE id = 9');
            return false;
          },
        );
      }));

    test('the row that the code fails for is found and named with its line, and passed over where that is wanted', () =>
      withService((service) => {
        const body = "if (rows.some(({ id }) => id === '123')) throw new Error('no text in it');";
        return withCli(engine, { ...documents(ROWS), ...embedding(service.url, CHUNKS, body) }, async (at) => {
          const failed = await at.run(['migrate']);
          assert.equal(failed.exit, 1);
          assert.match(failed.said, /error\[code-failed\]: 002_embed: its code failed: no text in it/);
          assert.match(failed.said, /m\/002_embed\.ts:18:/);
          assert.match(failed.said, /in the row with id = 123/);
          assert.equal((await at.run(['data', 'retry', '002', '--skip-failed'])).exit, 0);
          // VERIFY still finds the row.
          assert.match((await at.run(['migrate'])).said, /verify-failed/);
          assert.deepEqual(await at.database.sql(WRITTEN), [
            ['0', '1', '0'],
            ['1', String(ROWS - 1), String(ROWS - 1)],
          ]);
        });
      }));

    test('killed in the middle of its calls, again and again, every row is written exactly once', () =>
      withCli(engine, documents(MANY), async (at) => {
        let asked = () => {};
        await withService(
          async (service) => {
            at.write(embedding(service.url, '// Concurrency: 2'));
            assert.equal((await at.run(['migrate', '--to', '001'])).exit, 0);
            for (const calls of [4, 15, 12]) {
              const until = service.requests + calls;
              const reached = new Promise<void>((resolve) => {
                asked = () => (service.requests >= until ? resolve() : undefined);
              });
              const { child, finished } = at.start(['migrate']);
              await Promise.race([reached, finished]);
              child.kill('SIGKILL');
              assert.equal((await finished).signal, 'SIGKILL');
            }
            const { exit, output } = await at.run(['migrate']);
            assert.equal(exit, 0, output);
            assert.deepEqual(await at.database.sql(WRITTEN), [['1', String(MANY), String(MANY)]]);
          },
          () => {
            asked();
            return false;
          },
        );
      }));

    test('what it gives back that cannot be written is said, and nothing of the batch is', () =>
      withService((service) =>
        withCli(
          engine,
          { ...documents(ROWS), ...embedding(service.url, '', "return [{ id: '1', n: 5, wrong: 1 }];") },
          async (at) => {
            const { exit, said } = await at.run(['migrate']);
            assert.equal(exit, 1);
            assert.match(said, /it gave back wrong, which the header Writes does not name/);
            assert.deepEqual(await at.database.sql(WRITTEN), [['0', String(ROWS), '0']]);
          },
        ),
      ));
  });
}
