/** The rest of the table of facts: statements that refuse a transaction, and those that need something prepared. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadParser } from '../../src/parser/parser.ts';
import { engines, server, type TestDatabase, withDatabase } from '../support/servers.ts';
import { connectTo, factsTemplate, type Measured, measure } from './facts-bed.ts';
import { differences, type SampleOfForm, samplesOn } from './facts-check.ts';
import { measureHeld } from './facts-held.ts';

const parse = await loadParser();

for (const engine of engines) {
  test(`what statements lock that run by themselves on ${engine}`, async () => {
    const on = await server(engine);
    const template = await factsTemplate(on);
    const samples = samplesOn(on.major).filter(({ sample, isHeld }) => isHeld || sample.given);
    const wrong: string[] = [];
    for (const one of samples) {
      const measured = await withDatabase(engine, (database) => measureOne(database, one), { template }).catch(String);
      const found = differences(parse, one.form, one.sample.sql, on.major, measured);
      wrong.push(...found.map((line) => `${one.form.id}: ${one.sample.sql}\n  ${line}`));
    }
    assert.deepEqual(wrong, []);
    assert.ok(samples.length >= 12, `${samples.length} samples`);
  });
}

async function measureOne(database: TestDatabase, { form, sample, isHeld }: SampleOfForm): Promise<Measured> {
  if (isHeld) return measureHeld(database, form.id, sample);
  const client = await connectTo(database);
  try {
    await client.query(sample.given ?? '');
    return await measure(client, sample.sql);
  } finally {
    await client.end();
  }
}
