import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { generate as generateDocs } from '../../src/cli/docs.ts';
import { generate as generateSettings } from '../../src/config/docs.ts';
import { generate as generateSchema } from '../../src/config/json-schema.ts';
import { loadSettings } from '../../src/config/settings.ts';
import { generate as generateFacts } from '../../src/facts/docs.ts';
import { generate as generateRules } from '../../src/lint/docs.ts';

const root = new URL('../../', import.meta.url);

test('the JSON Schema and the references of commands and settings are what their sources say (node scripts/build.mjs --docs --schema)', () => {
  for (const [path, text] of Object.entries({ ...generateSchema(), ...generateDocs(), ...generateSettings() })) {
    assert.equal(readFileSync(new URL(path, root), 'utf8'), text, `${path} is stale`);
  }
});

test('docs/locks.md is what the table of facts says (node scripts/build.mjs --docs)', () => {
  for (const [path, text] of Object.entries(generateFacts())) {
    assert.equal(readFileSync(new URL(path, root), 'utf8'), text, `${path} is stale`);
  }
});

test('docs/lint.md lists the rules as their files say (node scripts/build.mjs --docs)', () => {
  for (const [name, text] of Object.entries(generateRules())) {
    const [path = '', part] = name.split('#');
    const whole = readFileSync(new URL(path, root), 'utf8');
    assert.ok(whole.includes(`-->\n\n${text}\n\n<!-- end of ${part} -->`), `${path} is stale`);
  }
});

test('this repository has a valid configuration: embedded database, strict reruns', () => {
  const settings = loadSettings({ cwd: root.pathname, env: {}, flags: {} });
  assert.equal(settings.embedded, true);
  assert.equal(settings.verify.rerun, 'strict');
});
