import { type Literals, literalsIn } from './literals.ts';
import { patternText } from './pattern-text.ts';
import type { SampleType } from './table.ts';
import { castTo, sampleValue, withoutDomain } from './value.ts';

/** Values of which a condition may hold one: shapes that conditions on texts often ask for. */
const SHAPES = [
  'a',
  'A',
  'abc',
  'ABC',
  '1',
  'sample',
  'sample-1',
  'sample_1',
  'one@example.com',
  'https://example.com/1',
  '+15550100',
  '#a1b2c3',
  '12:30',
  '2020-01-01',
  '1.0.0',
  'en',
  'EUR',
  '00000000-0000-4000-8000-000000000001',
  '{}',
  '',
];
const SAMPLES = [1, 2, 3, 4, 5, 6];
const LENGTH_MAX = 1000;

/**
 * Values that may fulfil the conditions, as SQL expressions, those first that are most likely to: what stands in the conditions
 * themselves and beside it, then common ones. NULL is none of them.
 */
export function candidatesOf(declared: SampleType, conditions: readonly string[]): string[] {
  const type = withoutDomain(declared);
  const literals = literalsIn(conditions.join(' '));
  const samples = SAMPLES.flatMap((n) => sampleValue(type, n) ?? []);
  return [...new Set([...likely(type, literals), ...samples, ...others(type)])];
}

function likely(type: SampleType, literals: Literals): string[] {
  if (type.kind === 'enum') return type.labels.map((label) => castTo(label, type));
  if (type.kind === 'array') return arrays(type, literals);
  if (type.kind === 'range')
    return literals.texts.filter((text) => /^[[(]/.test(text)).map((text) => castTo(text, type));
  const family = FAMILIES.find(({ names }) => names.has(type.name));
  return family ? family.likely(literals).map((value) => family.write(value, type)) : [];
}

function others(type: SampleType): string[] {
  const family = FAMILIES.find(({ names }) => names.has(type.name));
  return type.kind === 'base' && family ? family.others.map((value) => family.write(value, type)) : [];
}

/** Empty, and with one, two or three elements. */
function arrays(type: SampleType, literals: Literals): string[] {
  const [element] = type.parts;
  const elements = element
    ? [...likely(element, literals), ...(sampleValue(element, 1) ? [sampleValue(element, 1)!] : [])]
    : [];
  const of = (count: number) =>
    `ARRAY[${Array.from({ length: count }, (_, i) => elements[i % elements.length]).join(', ')}]::${type.sql}`;
  const single = elements.slice(0, 4).map((one) => `ARRAY[${one}]::${type.sql}`);
  return [...single, ...(elements.length > 0 ? [of(2), of(3)] : []), castTo('{}', type)];
}

/** Types whose values are written alike. */
interface Family {
  readonly names: ReadonlySet<string>;
  readonly likely: (literals: Literals) => string[];
  readonly others: readonly string[];
  readonly write: (value: string, type: SampleType) => string;
}

const FAMILIES: readonly Family[] = [
  {
    names: new Set(['text', 'varchar', 'bpchar', 'name', 'citext']),
    likely: likelyTexts,
    others: SHAPES,
    write: castTo,
  },
  {
    names: new Set(['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'oid', 'money']),
    likely: likelyNumbers,
    others: ['1', '2', '3', '0', '10', '100'],
    // What is no value of the type would end the whole query.
    write: (value, type) => castTo(/^(?:int|oid)/.test(type.name) ? value.replace(/\..*$/, '') : value, type),
  },
  {
    names: new Set(['date', 'timestamp', 'timestamptz']),
    likely: ({ texts }) => texts.filter((text) => /^\d{4}-\d\d-\d\d/.test(text)).flatMap(momentsAround),
    others: ["(CURRENT_TIMESTAMP + '1 day'::interval)", "(CURRENT_TIMESTAMP - '1 day'::interval)"],
    write: (value, type) => (value.startsWith('(') ? `${value}::${type.sql}` : castTo(value, type)),
  },
  {
    names: new Set(['time', 'timetz']),
    likely: ({ texts }) => texts.filter((text) => /^\d\d:\d\d/.test(text)),
    others: ['00:00:00', '12:00:00', '23:59:59'],
    write: castTo,
  },
  {
    names: new Set(['interval']),
    likely: ({ texts }) => texts.filter((text) => /^(?:-?\d+ (?:year|mon|day|hour|min|sec)|-?\d\d+:\d\d)/.test(text)),
    others: ['1 hour', '1 day', '1 year', '1 second', '0'],
    write: castTo,
  },
  {
    names: new Set(['json', 'jsonb']),
    likely: likelyJson,
    others: ['{}', '[]', '"a"', '1', 'true', '["a"]'],
    write: castTo,
  },
  {
    names: new Set(['uuid']),
    likely: ({ texts }) => texts.filter((text) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)),
    others: [],
    write: castTo,
  },
  {
    names: new Set(['inet', 'cidr']),
    likely: ({ texts }) => texts.filter((text) => /^\d+\.\d+\.\d+\.\d+(?:\/\d+)?$/.test(text)),
    others: ['10.0.0.1/32', '2001:db8::1/128'],
    write: castTo,
  },
];

/** The constants, texts that they match as patterns, and texts as long as the numbers say. */
function likelyTexts({ texts, numbers }: Literals): string[] {
  const patterns = texts.filter((text) => /[\^$[\]\\|+*{}]/.test(text));
  const matching = patterns.flatMap((pattern) => SAMPLES.flatMap((n) => patternText(pattern, n) ?? []));
  const like = texts.filter((text) => /[%_]/.test(text)).map((text) => text.replaceAll('%', 'a').replaceAll('_', 'a'));
  const lengths = numbers
    .map(Number)
    .filter((length) => Number.isInteger(length) && length > 0 && length <= LENGTH_MAX);
  const long = [...new Set(lengths.flatMap((length) => [length, length - 1, length + 1]))].filter(
    (length) => length > 0,
  );
  return [
    ...matching,
    ...texts,
    ...like,
    ...long.flatMap((length) => ['a', 'b', 'A', '1'].map((c) => c.repeat(length))),
  ];
}

function likelyNumbers({ texts, numbers }: Literals): string[] {
  const found = [...numbers, ...texts.filter((text) => /^-?\d+(?:\.\d+)?$/.test(text))].map(Number);
  const between = found.flatMap((a) => found.map((b) => (a + b) / 2));
  const all = found.flatMap((value) => [value, value + 1, value - 1, value + 2]);
  return [...all, ...between]
    .filter((value) => Math.abs(value) < 1e15)
    .map(String)
    .filter((text) => !text.includes('e'));
}

function momentsAround(text: string): string[] {
  const moment = castTo(text, { sql: 'timestamptz' });
  return [text, ...['1 hour', '1 day', '2 days', '-1 day'].map((by) => `(${moment} + '${by}'::interval)`)];
}

/** Objects that have every constant as a key. */
function likelyJson({ texts }: Literals): string[] {
  if (texts.length === 0) return [];
  const withAll = (value: unknown) => JSON.stringify(Object.fromEntries(texts.map((text) => [text, value])));
  return ['{}', withAll('a'), withAll(1), withAll([]), withAll({}), withAll(true)];
}
