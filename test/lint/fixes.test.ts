/** What a fix writes is itself found to be safe, step by step, each in the file that it goes into. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding, FixStep } from '../../src/lint/finding.ts';
import { lintCase } from './bed.ts';
import { type CorpusCase, corpusOf, corpusRules } from './corpus-file.ts';

interface Fixed {
  readonly one: CorpusCase;
  readonly finding: Finding;
  readonly steps: readonly FixStep[];
}

const MAJORS = [13, 18];

for (const rule of corpusRules()) {
  const fixes = MAJORS.flatMap((serverMajor) => corpusOf(rule).flatMap((one) => fixedOn(one, serverMajor)));
  if (fixes.length === 0) continue;
  test(`${rule}: what its fixes write is safe`, () => {
    assert.deepEqual(fixes.flatMap(foundInSteps), []);
  });
}

function fixedOn(one: CorpusCase, serverMajor: number): Fixed[] {
  const since = one.options.serverMajor ?? 0;
  if (one.kind !== 'unsafe' || one.whole || since > serverMajor) return [];
  const asked = { ...one, options: { ...one.options, serverMajor } };
  const finding = lintCase(asked).find(({ rule, fix }) => rule === one.rule && fix?.automatic);
  return finding?.fix ? [{ one: asked, finding, steps: finding.fix.steps }] : [];
}

/** Each step is looked at when those before it have been applied. What was found beside it from the first is not its doing. */
function foundInSteps({ one, finding, steps }: Fixed): string[] {
  const before = new Set(lintCase(one).map(({ rule }) => rule));
  before.delete(one.rule);
  let given = [one.given, one.sql.slice(0, finding.span?.start ?? 0)].join('\n');
  return steps.flatMap((step, index) => {
    const found = lintCase({ given, options: one.options, sql: fileOf(step, index === 0), whole: index > 0 });
    given += `\n${step.sql.join(';\n')};`;
    return found
      .filter(({ rule, severity, allowed }) => severity !== 'note' && allowed === null && !before.has(rule))
      .map(
        ({ rule, message }) =>
          `${one.rule}.sql:${one.line}, step ${index + 1} "${step.sql.join('; ')}": ${rule}: ${message}`,
      );
  });
}

/** The first step stands in the user's own file, with its way back. */
function fileOf({ comment = [], sql, rollback }: FixStep, isFirst: boolean): string {
  const head = ['-- A step of its own', ...comment.map((line) => `-- ${line}`), ''];
  const body = sql.map((one) => `${one};`);
  if (isFirst) return [...head, ...body].join('\n');
  return [...head, ...body, '-- ROLLBACK:', ...rollback.map((one) => `${one};`.replace(/^/gm, '-- '))].join('\n');
}
