/** How a finding speaks, whatever rule it is of: see "The voice of a finding" in docs/ARCHITECTURE.md. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RULES } from '../../src/lint/rules.ts';
import { lintCase } from './bed.ts';
import { corpusOf, corpusRules } from './corpus-file.ts';

/** Three lines of 80 columns, with the name of the rule before it. */
const MESSAGE_MAX = 210;
const TITLE_MAX = 90;
const SUMMARY_MAX = 140;

/** Lower case, a name in quotes, or a word of SQL in capitals; and PostgreSQL. */
const BEGINNING = /^(?:\p{Ll}|["'(_]|\p{Lu}{2}|PostgreSQL )/u;
/** Names of PostgreSQL stay as they are. */
const SENTENCE = /^(?:\p{Lu}|["'(]|\p{Ll}+_)/u;

const said = corpusRules()
  .flatMap(corpusOf)
  .filter(({ kind }) => kind === 'unsafe')
  .flatMap((one) => {
    const all = RULES.find(({ id }) => id === one.rule)?.severity === 'off';
    return lintCase({ ...one, all }).map((finding) => ({
      ...finding,
      at: `${one.rule}.sql:${one.line} ${finding.rule}`,
    }));
  });

function wrong(of: (one: (typeof said)[number]) => readonly (readonly [fault: string, text: string])[]): string[] {
  return [...new Set(said.flatMap((one) => of(one).map(([fault, text]) => `${one.at}: ${fault}: ${text}`)))];
}

test('a message is one clause that goes on from "warning[rule]:"', () => {
  assert.deepEqual(
    wrong(({ message }) => [
      ...(BEGINNING.test(message) ? [] : [['begins with a capital', message] as const]),
      ...(/[.!?]$|\. /.test(message.replaceAll('e.g. ', '')) ? [['is a sentence', message] as const] : []),
      ...(message.length > MESSAGE_MAX ? [[`${message.length} characters`, message] as const] : []),
    ]),
    [],
  );
});

test('why it is so is said in sentences', () => {
  assert.deepEqual(
    wrong(({ why }) => {
      if (why === null) return [];
      const isSentence = SENTENCE.test(why) && /[.)]$/.test(why);
      return isSentence ? [] : [['is no sentence', why]];
    }),
    [],
  );
});

test('names are plain, and no text has a mark of Markdown or breaks a line', () => {
  assert.deepEqual(
    wrong(({ message, why, fix }) =>
      [message, why ?? '', fix?.title ?? '']
        .filter((text) => /[`*\n]/.test(text.replaceAll(/SELECT \*|count\(\*\)|\(\*\)/g, '')))
        .map((text) => ['has a mark', text]),
    ),
    [],
  );
});

test('a fix is called by what is to be done', () => {
  assert.deepEqual(
    wrong(({ fix }) => {
      if (!fix) return [];
      const { title } = fix;
      return BEGINNING.test(title) && !title.endsWith('.') && title.length <= TITLE_MAX ? [] : [['title', title]];
    }),
    [],
  );
});

test('a summary is one line that says what is found', () => {
  const odd = RULES.filter(
    ({ summary }) => !/^[\p{Lu}a-z]/u.test(summary) || /\.$|\n|`/.test(summary) || summary.length > SUMMARY_MAX,
  );
  assert.deepEqual(
    odd.map(({ id, summary }) => `${id}: ${summary}`),
    [],
  );
});
