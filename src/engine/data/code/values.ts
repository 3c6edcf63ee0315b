/** How values of a type are handed to code and taken back. */
export type FormOfValue = 'number' | 'boolean' | 'json' | 'bytes' | 'array' | 'text';

const FORMS: Readonly<Record<string, FormOfValue>> = {
  int2: 'number',
  int4: 'number',
  float4: 'number',
  float8: 'number',
  bool: 'boolean',
  json: 'json',
  jsonb: 'json',
  bytea: 'bytes',
};

/** By the name and category of the type (pg_type.typname, typcategory). */
export function formOf(typeName: string, category: string): FormOfValue {
  return FORMS[typeName] ?? (category === 'A' ? 'array' : 'text');
}

/** A value for code of its column cast to text; arrays come as JSON. */
export function valueFrom(text: string | null, form: FormOfValue): unknown {
  if (text === null || form === 'text') return text;
  if (form === 'number') return Number(text);
  if (form === 'boolean') return text === 'true';
  return form === 'bytes' ? Buffer.from(text.replace(/^\\x/, ''), 'hex') : (JSON.parse(text) as unknown);
}

/** Text that the type of a column reads; undefined where the value is none that can be written. */
export function textOfValue(value: unknown, form: FormOfValue): string | null | undefined {
  if (value === null) return null;
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (form === 'json') return JSON.stringify(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (form === 'array' && Array.isArray(value)) return arrayText(value);
  return typeof value === 'object'
    ? JSON.stringify(ArrayBuffer.isView(value) ? [...numbersOf(value)] : value)
    : String(value);
}

/** Float32Array and its like: what models give. */
function numbersOf(view: ArrayBufferView): Iterable<unknown> {
  return view instanceof DataView ? [] : (view as unknown as Iterable<unknown>);
}

/** An array as PostgreSQL reads it (manual, "Array Input and Output Syntax"). */
function arrayText(values: readonly unknown[]): string | undefined {
  const parts = values.map((value) => (Array.isArray(value) ? arrayText(value) : elementText(value)));
  return parts.some((part) => part === undefined) ? undefined : `{${parts.join(',')}}`;
}

function elementText(value: unknown): string | undefined {
  const text = textOfValue(value, 'text');
  return text === undefined ? undefined : text === null ? 'NULL' : quoted(text);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** One parameter for a column of texts. */
export function textsParameter(texts: readonly (string | null)[]): string {
  return `{${texts.map((text) => (text === null ? 'NULL' : quoted(text))).join(',')}}`;
}
