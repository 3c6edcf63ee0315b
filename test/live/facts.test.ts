/** Every row of the table of facts that has samples is measured again, on every version: what runs in a transaction. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadParser } from '../../src/parser/parser.ts';
import { engines, server, withDatabase } from '../support/servers.ts';
import { connectTo, factsTemplate, measure } from './facts-bed.ts';
import { differences, samplesOn } from './facts-check.ts';

const parse = await loadParser();

for (const engine of engines) {
  test(`what statements lock, rewrite and read on ${engine}`, async () => {
    const on = await server(engine);
    const samples = samplesOn(on.major).filter(({ sample, isHeld }) => !isHeld && !sample.given);
    const wrong: string[] = [];
    const body = async (database: Parameters<typeof connectTo>[0]) => {
      const client = await connectTo(database);
      for (const { form, sample } of samples) {
        const measured = await measure(client, sample.sql).catch(String);
        const found = differences(parse, form, sample.sql, on.major, measured);
        wrong.push(...found.map((line) => `${form.id}: ${sample.sql}\n  ${line}`));
      }
      await client.end();
    };
    await withDatabase(engine, body, { template: await factsTemplate(on) });
    assert.deepEqual(wrong, []);
    assert.ok(samples.length >= 200, `${samples.length} samples`);
  });
}
