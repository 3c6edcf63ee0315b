/** What rules of these topics advise in the place of a statement is SQL, and they have nothing more to say of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../src/lint/finding.ts';
import { RULES } from '../../src/lint/rules.ts';
import { lintCase, migration } from './bed.ts';
import { type CorpusCase, corpusOf, corpusRules } from './corpus-file.ts';

function isOff(one: CorpusCase): boolean {
  return RULES.find(({ id }) => id === one.rule)?.severity === 'off';
}

function findingsIn(one: CorpusCase): Finding[] {
  return lintCase({ ...one, all: isOff(one) }).filter(({ rule }) => rule === one.rule);
}

/** The case with its statement exchanged for the advice; undefined where that takes a file of its own, or several. */
function advised(one: CorpusCase, { fix, line }: Finding): string | undefined {
  const [step, ...others] = fix?.steps ?? [];
  if (!step || others.length > 0 || step.comment) return undefined;
  const { statements, text } = migration('002_case', one.whole ? one.sql : `${one.sql}\n-- IRREVERSIBLE: a case\n`);
  const statement = statements.findLast((candidate) => candidate.line <= line);
  if (!statement) return undefined;
  const end = statement.offset + statement.sql.length;
  const rest = one.whole ? text.slice(end) : text.slice(end).replace(/\n-- IRREVERSIBLE: a case\n$/, '');
  return `${text.slice(0, statement.offset)}${step.sql.join(';\n')}${rest}`;
}

const TOPICS = ['design', 'security', 'data'];
const IDS = RULES.filter(({ topic }) => TOPICS.includes(topic)).map(({ id }) => id);

for (const rule of corpusRules().filter((id) => IDS.includes(id))) {
  test(`${rule}: its advice`, () => {
    const bad = corpusOf(rule).flatMap((one) => {
      const findings = findingsIn(one);
      return findings.flatMap((finding) => {
        const sql = advised(one, finding);
        if (sql === undefined) return [];
        const left = lintCase({ ...one, sql, all: isOff(one) }).map((other) => other.rule);
        const own = left.filter((other) => other === one.rule);
        return own.length < findings.length && !left.includes('syntax-not-understood') ? [] : [`${one.title}: ${sql}`];
      });
    });
    assert.deepEqual(bad, []);
  });
}
