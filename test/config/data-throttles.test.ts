import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SIGNALS } from '../../src/batch/measures.ts';
import { dataSchema } from '../../src/config/data-schema.ts';
import { DEFAULTS } from '../../src/config/schema.ts';

const text = readFileSync(new URL('../../docs/data-throttles.md', import.meta.url), 'utf8');

test('docs/data-throttles.md has every signal, every setting of data migrations, and its default', () => {
  const missing = [
    ...[...SIGNALS, 'window'].filter((name) => !text.includes(`\n| \`${name}\` |`)),
    ...Object.keys(dataSchema.entries).filter((key) => !text.includes(`\`data.${key}\``)),
    ...Object.entries(DEFAULTS.data)
      .filter(([, value]) => !Array.isArray(value))
      .map(
        ([key, value]) =>
          `\`data.${key}\` ${typeof value === 'number' || /\d/.test(value as string) ? value : JSON.stringify(value)}`,
      )
      .filter((said) => !text.includes(said) && !text.includes(said.replace(/ (\S+)$/, ' ($1)'))),
  ];
  assert.deepEqual(missing, []);
});
