/** Each format against its schema, or against a program that reads it; and texts that would break out of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import schema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import Ajv from 'ajv';
import Ajv4 from 'ajv-draft-04';
import formats from 'ajv-formats';
import { parse } from 'junit2json';
import type { Finding } from '../../../src/lint/finding.ts';
import type { LintReport } from '../../../src/lint/report.ts';
import type { FormatOptions } from '../../../src/report/lint/format.ts';
import { LINT_FORMATS } from '../../../src/report/lint/formats.ts';
import { ALLOWED, EMPTY, FOREIGN_KEY, HOSTILE, NOTE, REPORT, TYPE_CHANGE } from './sample.ts';

const OPTIONS: FormatOptions = {
  failOn: 'error',
  toolVersion: '1.2.3',
  pathOf: (file) => file,
  pageOf: (rule) => (rule === FOREIGN_KEY.rule ? '# A page' : undefined),
};
const of = (...findings: Finding[]): LintReport => ({ ...REPORT, findings });
const { json, github, gitlab, sarif, junit } = LINT_FORMATS;

/** Control characters other than line breaks, overrides, and halves of surrogate pairs. */
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|\p{Cs}/u;

const SARIF = new Ajv4.default({ strict: false, allErrors: true, unicodeRegExp: false });
formats.default(SARIF as never);
const check = SARIF.compile(schema);

/** The run of a log; fails where it is not as the schema of SARIF 2.1.0 has it. */
function sarifOf(report: LintReport, options = OPTIONS) {
  const log = JSON.parse(sarif(report, options));
  check(log);
  assert.deepEqual(check.errors ?? [], []);
  return log.runs[0];
}

test('SARIF: valid by the schema, also with nothing found and with hostile names', () => {
  const notes = ['what {0} makes is not known'];
  const notUnderstood = [{ file: NOTE.file, line: 2, column: 3, reason: 'syntax error at "{0}"' }];
  for (const report of [REPORT, EMPTY, of(HOSTILE), { ...REPORT, notes, notUnderstood }]) sarifOf(report);
  const log = JSON.parse(sarif(REPORT, OPTIONS));
  log.runs[0].results[0].level = 'fatal';
  assert.equal(check(log), false, 'the schema is looked at');
});

test('SARIF: place, level, rule and lock of a result', () => {
  const { results, tool, columnKind } = sarifOf(REPORT);
  assert.equal(columnKind, 'unicodeCodePoints');
  const [first] = results;
  assert.equal(first.level, 'error');
  assert.equal(tool.driver.rules[first.ruleIndex].id, first.ruleId);
  assert.deepEqual(first.locations[0].physicalLocation.artifactLocation, {
    uri: 'database/migrations/042_orders.sql',
    uriBaseId: '%SRCROOT%',
  });
  const { snippet, ...region } = first.locations[0].physicalLocation.region;
  assert.deepEqual(region, { startLine: 12, startColumn: 1, endLine: 12, endColumn: 104 });
  assert.equal(snippet.text, FOREIGN_KEY.lineText);
  assert.match(first.message.text, /^Adding this foreign key stops writes .*\nSHARE ROW EXCLUSIVE on orders/);
  assert.equal(first.properties.lock, 'SHARE ROW EXCLUSIVE');
});

test('SARIF: a rule that found something brings its page, and all say where they are explained', () => {
  const [foreignKey, typeChange] = sarifOf(REPORT).tool.driver.rules;
  assert.equal(foreignKey.help.markdown, '# A page');
  assert.match(typeChange.help.text, /docs\/rules\/changing-column-type\.md/);
});

test('SARIF: what is allowed is suppressed with its reason', () => {
  const { results } = sarifOf(REPORT);
  assert.deepEqual(
    results.map((one: { suppressions: unknown[] }) => one.suppressions),
    [[], [], [{ kind: 'inSource', status: 'accepted', justification: ALLOWED.allowed }], []],
  );
});

test('SARIF: paths are URIs, inside the repository and outside', () => {
  const uriOf = (path: string) => {
    const [result] = sarifOf(of(NOTE), { ...OPTIONS, pathOf: () => path }).results;
    return result.locations[0].physicalLocation.artifactLocation;
  };
  assert.deepEqual(uriOf('a b/ü:%.sql'), { uri: 'a%20b/%C3%BC%3A%25.sql', uriBaseId: '%SRCROOT%' });
  assert.deepEqual(uriOf('/srv/a b.sql'), { uri: 'file:///srv/a%20b.sql' });
  assert.deepEqual(uriOf('C:/db/a.sql'), { uri: 'file:///C:/db/a.sql' });
});

test('SARIF: no text is taken for an argument or a link', () => {
  const [{ message }] = sarifOf(of(HOSTILE)).results;
  assert.match(message.text, /\{\{0\}\} \\\[a\]\(b\)/);
});

test('fingerprints stay when lines move, and differ for two of a kind', () => {
  const moved = { ...FOREIGN_KEY, line: 99, endLine: 99, message: 'with other sizes', rows: 5 };
  const prints = (report: LintReport) =>
    sarifOf(report).results.map((one: { partialFingerprints: object }) => Object.values(one.partialFingerprints)[0]);
  assert.deepEqual(prints(of(FOREIGN_KEY, TYPE_CHANGE)), prints(of(moved, TYPE_CHANGE)));
  const [one, other] = prints(of(FOREIGN_KEY, moved));
  assert.notEqual(one, other);
  const gitlabPrints = JSON.parse(gitlab(of(FOREIGN_KEY, moved), OPTIONS)).map(
    (issue: { fingerprint: string }) => issue.fingerprint,
  );
  assert.deepEqual(gitlabPrints, [one, other]);
});

test('GitHub: one command a line, the worst first, columns only on one line', () => {
  const lines = github(of(NOTE, TYPE_CHANGE, FOREIGN_KEY, ALLOWED), OPTIONS)
    .trimEnd()
    .split('\n');
  assert.deepEqual(
    lines.map((line) => line.slice(0, line.indexOf('::', 2))),
    [
      '::error file=database/migrations/042_orders.sql,line=12,endLine=12,col=1,endColumn=103,title=adding-foreign-key-constraint',
      '::warning file=database/migrations/042_orders.sql,line=15,endLine=15,col=3,endColumn=31,title=changing-column-type',
      '::notice file=database/migrations/043_names.sql,line=3,endLine=5,title=prefer-text-field',
    ],
  );
  assert.match(lines[0] ?? '', /%0AInstead: add it without checking.*%0AALTER TABLE orders ADD CONSTRAINT/);
  assert.equal(github(EMPTY, OPTIONS), '');
});

test('GitHub: the runner reads back what was meant', () => {
  const text = github(of(HOSTILE), OPTIONS);
  assert.equal(text.split('\n').length, 2, text);
  const { properties, message } = readCommand(text.trimEnd());
  assert.equal(properties.get('file'), HOSTILE.file);
  assert.equal(properties.get('line'), '15');
  assert.match(message, /^It's "bad" ::error file=x::/);
  assert.match(message, /%0A end/);
  assert.doesNotMatch(text, RAW);
});

/** As the runner takes a command apart: at the first `::`, then at the commas, and each value for itself. */
function readCommand(line: string) {
  const end = line.indexOf('::', 2);
  const plain = (value: string) =>
    value
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',')
      .replaceAll('%25', '%');
  const [, list = ''] = line.slice(2, end).split(/ (.*)/s);
  const properties = list.split(',').map((pair) => pair.split('=') as [string, string]);
  return {
    properties: new Map(properties.map(([key, value]) => [key, plain(value)])),
    message: plain(line.slice(end + 2)),
  };
}

/** What GitLab reads (its documentation, "Code Quality report format"). */
const isCodeQuality = new Ajv.default({ allErrors: true }).compile({
  type: 'array',
  items: {
    type: 'object',
    required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
    properties: {
      description: { type: 'string', minLength: 1 },
      check_name: { type: 'string', minLength: 1 },
      fingerprint: { type: 'string', pattern: '^[0-9a-f]{32}$' },
      severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
      location: {
        type: 'object',
        required: ['path', 'lines'],
        properties: {
          path: { type: 'string', not: { pattern: '^\\./' } },
          lines: { type: 'object', required: ['begin'], properties: { begin: { type: 'integer', minimum: 1 } } },
        },
      },
    },
  },
});

test('GitLab: a list in its shape, without what is allowed', () => {
  for (const report of [REPORT, EMPTY, of(HOSTILE)]) {
    const text = gitlab(report, OPTIONS);
    assert.ok(isCodeQuality(JSON.parse(text)), JSON.stringify(isCodeQuality.errors));
    assert.doesNotMatch(text, RAW);
  }
  const issues = JSON.parse(gitlab(REPORT, OPTIONS));
  assert.deepEqual(
    issues.map((one: { check_name: string; severity: string }) => [one.check_name, one.severity]),
    [
      [FOREIGN_KEY.rule, 'critical'],
      [TYPE_CHANGE.rule, 'major'],
      [NOTE.rule, 'info'],
    ],
  );
  assert.deepEqual(issues[2].location, { path: NOTE.file, lines: { begin: 3, end: 5 } });
});

test('JUnit: red exactly where the command fails, and every file is in it', async () => {
  const text = junit(REPORT, OPTIONS);
  const suites = await parse(text);
  assert.ok(suites && 'testsuite' in suites);
  assert.deepEqual([suites.tests, suites.failures, suites.name], [5, 1, 'taskflow-db lint']);
  assert.deepEqual(
    suites.testsuite?.map(({ name, tests, failures, skipped }) => [name, tests, failures, skipped]),
    [
      ['database/migrations/041_items.sql', 1, 0, 0],
      ['database/migrations/042_orders.sql', 3, 1, 1],
      ['database/migrations/043_names.sql', 1, 0, 0],
    ],
  );
  const [failed, below, allowed] = suites.testsuite?.[1]?.testcase ?? [];
  assert.equal(failed?.failure?.[0]?.message, FOREIGN_KEY.message);
  assert.match(failed?.failure?.[0]?.inner ?? '', /042_orders\.sql:12:1: error: Adding this .*\nSHARE ROW EXCLUSIVE/);
  assert.equal(below?.failure, undefined);
  assert.match(below?.['system-out']?.[0] ?? '', /warning: Changing the type/);
  assert.equal(allowed?.skipped?.[0]?.message, 'allowed: no reader since release 41');
  const strict = await parse(junit(REPORT, { ...OPTIONS, failOn: 'note' }));
  assert.equal(strict && 'failures' in strict && strict.failures, 3);
});

test('JUnit: hostile names are read back, and control characters are not in it', async () => {
  const text = junit(of(HOSTILE, HOSTILE), { ...OPTIONS, failOn: 'note' });
  assert.doesNotMatch(text, RAW);
  assert.doesNotMatch(text, /\ufffe/, 'no character of XML');
  const suites = await parse(text);
  assert.ok(suites && 'testsuite' in suites);
  const cases = suites.testsuite?.at(-1)?.testcase ?? [];
  assert.equal(new Set(cases.map(({ name }) => name)).size, 2, 'two names');
  assert.match(cases[0]?.failure?.[0]?.message ?? '', /^It's "bad" ::error .*<b>&amp;<\/b> \]\]> \{0\}/);
});

test('JSON: the fields that others build on, and what is allowed apart', () => {
  const document = JSON.parse(json(REPORT, OPTIONS));
  assert.equal(document.ok, false);
  assert.deepEqual(document.summary, { files: 3, statements: 9, errors: 1, warnings: 1, notes: 1, allowed: 1 });
  const promised = ['rule', 'severity', 'file', 'line', 'column', 'message', 'lock', 'blocks', 'rewrite', 'fix'];
  for (const finding of document.findings) for (const key of promised) assert.ok(key in finding, key);
  assert.deepEqual(
    document.findings.map(({ rule }: Finding) => rule),
    [FOREIGN_KEY.rule, TYPE_CHANGE.rule, NOTE.rule],
  );
  assert.deepEqual(document.findings[0].fix, FOREIGN_KEY.fix);
  assert.equal(document.allowed[0].allowed, ALLOWED.allowed);
  assert.equal(JSON.parse(json(REPORT, { ...OPTIONS, failOn: 'never' })).ok, true);
  assert.equal(JSON.parse(json(of(TYPE_CHANGE), OPTIONS)).ok, true);
  assert.equal(JSON.parse(json(of(TYPE_CHANGE), { ...OPTIONS, failOn: 'warning' })).ok, false);
  assert.doesNotMatch(json(of(HOSTILE), OPTIONS).replaceAll('\u202e', ''), RAW);
});

test('a line of megabytes makes no document of megabytes for programs that show it', () => {
  const report = of({ ...TYPE_CHANGE, lineText: 'x'.repeat(3_000_000) });
  for (const format of [sarif, junit, github, gitlab]) assert.ok(format(report, OPTIONS).length < 10_000);
});
