import { quoteLiteral } from '../../sql/quote.ts';
import { baseValue } from './base-value.ts';
import type { SampleType } from './table.ts';

/** What is within domains. */
export function withoutDomain(type: SampleType): SampleType {
  const [base] = type.parts;
  return type.kind === 'domain' && base ? withoutDomain(base) : type;
}

/** A text as a value of the type, in SQL. */
export function castTo(text: string, { sql }: Pick<SampleType, 'sql'>): string {
  return `${quoteLiteral(text)}::${sql}`;
}

/**
 * A value of the type as an SQL expression, another for each number from 1 as far as the type has as many; undefined where
 * none is known. `wide`: as long or as large as the type allows, so that a narrower type shows.
 */
export function sampleValue(type: SampleType, n: number, wide = false): string | undefined {
  switch (type.kind) {
    case 'base': {
      const text = baseValue(type, n, wide);
      return text === undefined ? undefined : castTo(text, type);
    }
    case 'enum':
      return type.labels.length === 0 ? undefined : castTo(type.labels[(n - 1) % type.labels.length]!, type);
    case 'domain':
      return madeOf([partValue(type, n, wide)], ([value]) => `(${value})::${type.sql}`);
    case 'array':
      return madeOf([partValue(type, n, wide), partValue(type, n + 1, wide)], (values) => {
        return `ARRAY[${values.join(', ')}]::${type.sql}`;
      });
    case 'composite':
      return `ROW(${type.parts.map((part) => sampleValue(part, n, wide) ?? 'NULL').join(', ')})::${type.sql}`;
    case 'range':
      return madeOf(
        [partValue(type, 2 * n), partValue(type, 2 * n + 1)],
        ([from, to]) => `${type.sql}(${from}, ${to})`,
      );
    case 'multirange':
      return madeOf([partValue(type, n)], ([range]) => `${type.sql}(${range})`);
    case 'other':
      return undefined;
  }
}

function partValue({ parts: [part] }: SampleType, n: number, wide = false): string | undefined {
  return part && sampleValue(part, n, wide);
}

function madeOf(
  values: readonly (string | undefined)[],
  make: (values: readonly string[]) => string,
): string | undefined {
  return values.every((value) => value !== undefined) ? make(values) : undefined;
}

/** Values of counted columns, far from where their sequences count. */
const COUNTED: Readonly<Record<string, number>> = { int2: 32_000, int4: 2_100_000_000, int8: 9_000_000_000_000_000 };

export function countedValue(type: SampleType, n: number): string | undefined {
  const base = COUNTED[withoutDomain(type).name];
  return base === undefined ? sampleValue(type, n) : castTo(String(base + n), type);
}
