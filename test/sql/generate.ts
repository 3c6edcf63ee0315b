import fc from 'fast-check';

/** Fragments that lexers stumble over, for the inside of strings, names, bodies and comments. */
const TRAPS = [
  ';',
  "'",
  '"',
  '--',
  '/*',
  '*/',
  '$$',
  '$a$',
  '$',
  '\\',
  '\\\\',
  '\n',
  ' ',
  'a',
  'END',
  'BEGIN ATOMIC',
  '(',
  ')',
  '-',
  'é',
  '😀',
  ':x',
];

const hostile = fc.array(fc.constantFrom(...TRAPS), { maxLength: 6 }).map((parts) => parts.join(''));

const plainString = hostile.map((text) => `'${text.replaceAll("'", "''")}'`);
const escapeString = hostile.map((text) => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`);
const unicodeString = hostile.map((text) => `U&'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`);
const quotedName = hostile.map((text) => `"n${text.replaceAll('"', '""')}"`);
const continuedString = fc.tuple(plainString, plainString).map(([a, b]) => `${a} \n ${b}`);
const continuedEscape = fc.tuple(escapeString, escapeString).map(([a, b]) => `${a}\n${b.slice(1)}`);
const dollarString = fc
  .tuple(fc.constantFrom('', 'a', '_1', 'é', 'body'), hostile)
  .map(([tag, text]) => `$${tag}$ ${text.split(`$${tag}`).join('')} $${tag}$`);

/** What may stand between two tokens. */
const lineComment = hostile.map((text) => `--${text.replaceAll('\n', '')}\n`);
const blockComment = hostile.map((text) => `/*${text.replaceAll('*', '').replaceAll('/', '')}*/`);
const nestedComment = fc.tuple(blockComment, blockComment).map(([a, b]) => `/* ${a} ; ${b} */`);
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.constant(' ') },
  fc.constantFrom('\n', '\t', '\r\n', ' \n '),
  lineComment,
  blockComment,
  nestedComment,
);

type Tokens = fc.Arbitrary<string[]>;

const value: Tokens = fc
  .oneof(
    plainString,
    escapeString,
    unicodeString,
    dollarString,
    continuedString,
    continuedEscape,
    quotedName,
    fc.constantFrom('1', '1.5', '$1', 'a$b$c', 'begin', 'atomic', 'end_', 'x.end', 'naïve', '😀', '.5', '1e5', "x'1F'"),
  )
  .map((text) => [text]);

const expression: Tokens = fc.oneof(
  { weight: 3, arbitrary: value },
  value.map((inner) => ['(', 'SELECT', ...inner, ')']),
  value.map((inner) => ['CASE', 'WHEN', 'true', 'THEN', ...inner, 'ELSE', 'NULL', 'END']),
  fc
    .tuple(value, fc.constantFrom('+', '-', '||', '@-', '<->', '->>', '~', '=-'))
    .map(([inner, sign]) => [...inner, sign, '-', '1']),
);

const alias = fc.constantFrom([], ['AS', 'end'], ['AS', 'begin'], ['atomic'], ['AS', '"END;"']);

const select: Tokens = fc
  .array(fc.tuple(expression, alias), { minLength: 1, maxLength: 3 })
  .map((items) => ['SELECT', ...items.flatMap(([tokens, name], i) => [...(i > 0 ? [','] : []), ...tokens, ...name])]);

const routineHead = fc.constantFrom(
  ['CREATE', 'FUNCTION', 'f', '(', ')', 'RETURNS', 'int'],
  ['create', 'or', 'replace', 'procedure', 's.p', '(', 'begin', 'int', ',', 'atomic', 'text', 'DEFAULT', "';'", ')'],
  ['CREATE', 'FUNCTION', 'f', '(', ')', 'RETURNS', 'begin', 'LANGUAGE', 'sql', 'IMMUTABLE'],
);

const atomic: Tokens = fc
  .tuple(routineHead, fc.array(select, { maxLength: 3 }))
  .map(([head, body]) => [...head, 'BEGIN', 'ATOMIC', ...body.flatMap((tokens) => [...tokens, ';']), 'END']);

const rule: Tokens = fc
  .array(select, { minLength: 1, maxLength: 3 })
  .map((actions) => [
    'CREATE',
    'RULE',
    'r',
    'AS',
    'ON',
    'INSERT',
    'TO',
    't',
    'DO',
    '(',
    ...actions.flatMap((one) => [...one, ';']),
    ')',
  ]);

const definition: Tokens = fc
  .tuple(quotedName, plainString)
  .map(([name, text]) => ['CREATE', 'TABLE', name, '(', 'a', 'int', ',', 'b', 'text', 'DEFAULT', text, ')']);

const block: Tokens = fc
  .tuple(dollarString, routineHead)
  .map(([body, head]) => [
    ...head,
    'AS',
    body,
    ...(head.some((word) => word === 'LANGUAGE') ? [] : ['LANGUAGE', 'sql']),
  ]);

const statement: Tokens = fc.oneof({ weight: 4, arbitrary: select }, atomic, rule, definition, block);

/** A script that PostgreSQL's grammar takes, with every kind of quoting, comment and body. */
export const script: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(statement, { minLength: 1, maxLength: 6 }),
    fc.array(gap, { minLength: 40, maxLength: 80 }),
    fc.boolean(),
  )
  .map(([statements, gaps, ended]) => {
    let next = 0;
    const separator = () => gaps[next++ % gaps.length] ?? ' ';
    const texts = statements.map((tokens) => tokens.map((token) => token + separator()).join(''));
    return separator() + texts.join(`;${separator()};${separator()}`) + (ended ? ';' : '');
  });

/** A script with a few characters taken out or put in: mostly broken, sometimes another valid one. */
export const mutatedScript: fc.Arbitrary<string> = fc
  .tuple(script, fc.array(fc.tuple(fc.nat(), fc.constantFrom('', ...TRAPS)), { minLength: 1, maxLength: 3 }))
  .map(([text, edits]) =>
    edits.reduce((edited, [at, put]) => {
      const characters = Array.from(edited);
      characters.splice(at % (characters.length + 1), put === '' ? 1 : 0, put);
      return characters.join('');
    }, text),
  );

/** Any text at all: made of traps, or of arbitrary characters. */
export const anyText = fc.oneof(
  fc
    .array(fc.constantFrom(...TRAPS, "E'", "U&'", '\r', 'COPY t FROM STDIN;\n', '\\.\n', '\n\\echo', 'CREATE RULE'), {
      maxLength: 40,
    })
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);
