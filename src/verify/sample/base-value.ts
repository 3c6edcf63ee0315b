import type { SampleType } from './table.ts';

/** A value as PostgreSQL reads it in, another for each number from 1; `wide`: as long or as large as the type allows. */
type Maker = (n: number, type: SampleType, wide: boolean) => string;

const two = (n: number) => String(n % 100).padStart(2, '0');
const hex = (n: number, digits: number) => n.toString(16).padStart(digits, '0').slice(-digits);
const day = (n: number) => `2020-01-${two(((n - 1) % 28) + 1)}`;
const time = (n: number) => `04:05:${two(n % 60)}.123456`;
const either = (plain: Maker, wide: Maker): Maker => {
  return (n, type, isWide) => (isWide ? wide : plain)(n, type, isWide);
};

/** What no modifier limits is not longer than this: more than other tools' limits of 255, less than an index can hold. */
const TEXT_MAX = 300;
/** Of limited texts as much as an index can hold. */
const LIMITED_MAX = 2000;

/** Numbers first, so that a short text tells rows apart as well. A modifier counts four bytes of its own. */
function text(n: number, { modifier }: SampleType, wide: boolean): string {
  const limit = modifier < 0 ? TEXT_MAX : Math.min(modifier - 4, LIMITED_MAX);
  const plain = `${n} Sample`;
  return (wide ? plain.padEnd(limit, 'x') : plain).slice(0, limit);
}

/** Precision and scale as numeric has them in its modifier (numeric.c: the scale is a signed number of 11 bits). */
function numeric(n: number, { modifier }: SampleType, wide: boolean): string {
  if (modifier < 0) return wide ? `${n}23456789012345678.123456789` : `${n}.5`;
  const packed = modifier - 4;
  const [precision, scale] = [(packed >> 16) & 0xffff, ((packed & 0x7ff) ^ 1024) - 1024];
  const whole = digitsOf(n, Math.max(0, precision - Math.max(0, scale)), wide);
  const places = Math.max(0, Math.min(scale, precision));
  return places === 0 ? whole || '0' : `${whole || '0'}.${digitsOf(n, places, wide).padStart(scale, '0')}`;
}

/** As many digits, or just the last of them. */
function digitsOf(n: number, digits: number, wide: boolean): string {
  return digits === 0 ? '' : `${wide ? '9'.repeat(digits - 1) : ''}${n % 10}`;
}

function bits(n: number, { name, modifier }: SampleType): string {
  const length = modifier < 0 ? (name === 'bit' ? 1 : 8) : modifier;
  const value = n.toString(2);
  return name === 'bit' ? value.padStart(length, '0').slice(-length) : value.slice(-length);
}

function vector(n: number, { modifier }: SampleType): string {
  return `[${Array.from({ length: modifier < 0 ? 3 : Math.min(modifier, 16_000) }, (_, i) => (i === 0 ? n : 1)).join(',')}]`;
}

const plainText: Maker = (n, type, wide) => text(n, { ...type, modifier: -1 }, wide);

/** By the type's own name: those of PostgreSQL, and of extensions that are often used. */
const MAKERS: Readonly<Record<string, Maker>> = {
  bool: (n) => (n % 2 === 1 ? 'true' : 'false'),
  int2: either(
    (n) => `${100 + n}`,
    (n) => `${30_000 + n}`,
  ),
  int4: either(
    (n) => `${1000 + n}`,
    (n) => `${2_000_000_000 + n}`,
  ),
  int8: either(
    (n) => `${1000 + n}`,
    (n) => `${9_000_000_000_000 + n}`,
  ),
  float4: (n) => `${n}.5`,
  float8: either(
    (n) => `${n}.5`,
    (n) => `${n}23456789.123456`,
  ),
  numeric,
  money: (n) => `${n}`,
  oid: (n) => `${1000 + n}`,
  text,
  varchar: text,
  bpchar: text,
  name: (n) => `${n} Sample`,
  citext: plainText,
  char: (n) => String.fromCharCode(96 + (n % 26)),
  bytea: either(
    (n) => `\\x${hex(n, 2)}`,
    (n) => `\\x${hex(n, 2).padEnd(2 * TEXT_MAX, 'f')}`,
  ),
  date: day,
  time: (n) => time(n),
  timetz: (n) => `${time(n)}+00`,
  timestamp: (n) => `${day(n)} ${time(n)}`,
  timestamptz: (n) => `${day(n)} ${time(n)}+00`,
  interval: (n) => `1 mon ${n} days 02:03:04.5`,
  uuid: (n) => `00000000-0000-4000-8000-${hex(n, 12)}`,
  json: (n) => `{"sample": ${n}}`,
  jsonb: (n) => `{"sample": ${n}}`,
  jsonpath: (n) => `$.sample${n}`,
  xml: (n) => `<sample n="${n}"/>`,
  inet: (n) => `192.0.2.${n % 256}`,
  cidr: (n) => `192.0.2.${n % 256}/32`,
  macaddr: (n) => `02:00:00:00:00:${hex(n, 2)}`,
  macaddr8: (n) => `02:00:00:ff:fe:00:00:${hex(n, 2)}`,
  bit: bits,
  varbit: bits,
  point: (n) => `(${n},1)`,
  line: (n) => `{1,2,${n}}`,
  lseg: (n) => `[(0,0),(${n},1)]`,
  box: (n) => `(${n},1),(0,0)`,
  path: (n) => `[(0,0),(${n},1)]`,
  polygon: (n) => `((0,0),(${n},1),(1,0))`,
  circle: (n) => `<(0,0),${n}>`,
  tsvector: (n) => `'sample${n}'`,
  tsquery: (n) => `'sample${n}'`,
  pg_lsn: (n) => `0/${hex(n, 1)}`,
  xid: (n) => `${1000 + n}`,
  xid8: (n) => `${1000 + n}`,
  tid: (n) => `(0,${n})`,
  pg_snapshot: (n) => `${n}:${n}:`,
  txid_snapshot: (n) => `${n}:${n}:`,
  int2vector: (n) => `${n}`,
  oidvector: (n) => `${n}`,
  refcursor: (n) => `sample${n}`,
  regtype: () => 'pg_catalog.int4',
  regclass: () => 'pg_catalog.pg_class',
  regrole: () => '0',
  regnamespace: () => 'pg_catalog',
  ltree: (n) => `sample.n${n}`,
  lquery: (n) => `*.n${n}`,
  ltxtquery: (n) => `n${n}`,
  hstore: (n) => `sample=>${n}`,
  cube: (n) => `(${n})`,
  seg: (n) => `${n}`,
  vector,
  halfvec: vector,
  sparsevec: (n, { modifier }) => `{1:${n}}/${modifier < 0 ? 3 : modifier}`,
  geometry: (n) => `POINT(${n} 1)`,
  geography: (n) => `POINT(${n} 1)`,
};

/** The text of a value of a base type; undefined for a type that is not known here. */
export function baseValue(type: SampleType, n: number, wide: boolean): string | undefined {
  return Object.hasOwn(MAKERS, type.name) ? MAKERS[type.name]!(n, type, wide) : undefined;
}
