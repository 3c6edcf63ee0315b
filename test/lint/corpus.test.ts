/** The corpus of labelled statements: what is unsafe is found by its rule, and nothing is said of a safe twin. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { RULES } from '../../src/lint/rules.ts';
import { lintCase } from './bed.ts';
import { type CorpusCase, corpusOf, corpusRules } from './corpus-file.ts';

const findingsIn = (one: CorpusCase) =>
  lintCase({ ...one, all: RULES.find(({ id }) => id === one.rule)?.severity === 'off' }).filter(
    ({ allowed }) => allowed === null,
  );

const shown = (one: CorpusCase) =>
  findingsIn(one)
    .map(({ rule, severity, message }) => `${severity} ${rule}: ${message}`)
    .join('\n');

for (const rule of corpusRules()) {
  test(`${rule}: its unsafe cases are found, their safe twins are not`, () => {
    const missed: string[] = [];
    for (const one of corpusOf(rule)) {
      const findings = findingsIn(one);
      const own = findings.filter((finding) => finding.rule === rule);
      const alarms = findings.filter(({ severity, rule: by }) => severity !== 'note' || by === rule);
      const wrong = one.kind === 'unsafe' ? own.length === 0 : alarms.length > 0;
      if (wrong)
        missed.push(`corpus/${rule}.sql:${one.line} ${one.kind} "${one.title}": ${shown(one) || 'nothing found'}`);
    }
    assert.deepEqual(missed, []);
  });
}

test('every rule has its page and at least two unsafe and two safe cases', () => {
  const lacking = RULES.flatMap(({ id }) => {
    const cases = corpusRules().includes(id) ? corpusOf(id) : [];
    const enough = ['unsafe', 'safe'].every((kind) => cases.filter((one) => one.kind === kind).length >= 2);
    return enough && existsSync(new URL(`../../docs/rules/${id}.md`, import.meta.url)) ? [] : [id];
  });
  assert.deepEqual(lacking, []);
});

test('the corpus has at least 400 cases, and none of a rule that is not there', () => {
  const cases = corpusRules().flatMap(corpusOf);
  assert.ok(cases.length >= 400, `${cases.length} cases`);
  assert.deepEqual(
    corpusRules().filter((rule) => !RULES.some(({ id }) => id === rule)),
    [],
  );
});
