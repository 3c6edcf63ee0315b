import { Problem } from '../problem/problem.ts';
import { STATISTICS_FORMAT, type Statistics } from './statistics.ts';

/**
 * The statistics in a file that `doctor --stats` has written. `file`: its name in messages. Throws Problem
 * `statistics-invalid` for anything else.
 */
export function readStatistics(text: string, file: string): Statistics {
  const document = parseJson(text, file);
  const format = (document as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > STATISTICS_FORMAT) throw newer(format, file);
  const found = mismatch(document, STATISTICS);
  if (found) throw invalid(file, sentence(found));
  return document as Statistics;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(file, `it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}

const NEXT = ['Write it anew: taskflow-db doctor --stats FILE'];

function invalid(file: string, found: string): Problem {
  return new Problem('statistics-invalid', `${file} holds no statistics of a database`, {
    where: { file },
    found,
    expected: 'a file that taskflow-db doctor --stats has written',
    next: NEXT,
  });
}

function newer(format: number, file: string): Problem {
  return new Problem('statistics-invalid', `${file} was written by a newer taskflow-db (format ${format})`, {
    where: { file },
    expected: `format ${STATISTICS_FORMAT}`,
    next: ['Use the newer version of taskflow-db.', ...NEXT],
  });
}

/** What a value must be; a `?` behind the name of a field: it may be absent. */
type Shape =
  | 'text'
  | 'time'
  | 'number'
  | 'boolean'
  | readonly ['list', Shape]
  | readonly ['one of', ...unknown[]]
  | readonly ['all', ...Shape[]]
  | readonly ['null or', Shape]
  | FieldShapes;

interface FieldShapes {
  readonly [field: string]: Shape;
}

const texts = ['list', 'text'] as const;
const pair = ['all', 'text', 'text'] as const;
const pairs = ['list', pair] as const;

const COLUMN: Shape = {
  name: 'text',
  type: 'text',
  'notNull?': 'boolean',
  'default?': ['one of', 'constant', 'stable', 'volatile'],
  'identity?': 'boolean',
  'identityKind?': ['one of', 'ALWAYS', 'BY DEFAULT'],
  'generated?': ['one of', 'stored', 'virtual'],
  'collation?': 'text',
  'nullFraction?': 'number',
};

const CONSTRAINT: Shape = {
  name: 'text',
  type: ['one of', 'check', 'foreign key', 'unique', 'primary key', 'exclusion', 'not null'],
  columns: texts,
  validated: 'boolean',
  'references?': ['all', 'text', 'text', texts],
  'onDelete?': ['one of', 'cascade', 'set null', 'set default'],
  'onUpdate?': ['one of', 'cascade', 'set null', 'set default', 'restrict'],
  'matchFull?': 'boolean',
  'deferrable?': ['one of', 'initially immediate', 'initially deferred'],
  'definition?': 'text',
};

const INDEX_KEY: Shape = {
  'collation?': 'text',
  'operatorClass?': 'text',
  'descending?': 'boolean',
  'nullsFirst?': 'boolean',
};

const INDEX: Shape = {
  name: 'text',
  columns: ['list', ['null or', 'text']],
  'included?': texts,
  method: 'text',
  'unique?': 'boolean',
  'partial?': 'boolean',
  valid: 'boolean',
  'plain?': 'boolean',
  'keys?': ['list', INDEX_KEY],
  'nullsNotDistinct?': 'boolean',
  'mentions?': texts,
  'constraint?': 'text',
  bytes: 'number',
  scans: 'number',
  'lastScan?': 'time',
};

const RELATION: Shape = {
  schema: 'text',
  name: 'text',
  kind: [
    'one of',
    'table',
    'partitioned table',
    'view',
    'materialized view',
    'sequence',
    'foreign table',
    'composite type',
  ],
  columns: ['list', COLUMN],
  constraints: ['list', CONSTRAINT],
  indexes: ['list', INDEX],
  'persistence?': ['one of', 'unlogged'],
  'partitionOf?': pair,
  'isDefault?': 'boolean',
  'partitionedBy?': ['list', ['null or', 'text']],
  'inherits?': pairs,
  'ownedBy?': ['all', 'text', 'text', 'text'],
  'rowSecurity?': 'boolean',
  'policies?': texts,
  'reads?': pairs,
  'mentions?': texts,
  'functions?': pairs,
  'rows?': 'number',
  'bytes?': 'number',
  'sequentialScans?': 'number',
  'indexScans?': 'number',
  'rowsInserted?': 'number',
  'rowsUpdated?': 'number',
  'rowsDeleted?': 'number',
  'lastScan?': 'time',
};

const TYPE: Shape = {
  schema: 'text',
  name: 'text',
  kind: ['one of', 'enum', 'domain', 'other'],
  'labels?': texts,
  'type?': 'text',
  'notNull?': 'boolean',
  'checks?': ['list', ['all', 'text', 'boolean']],
};

const FUNCTION: Shape = {
  schema: 'text',
  name: 'text',
  kind: ['one of', 'function', 'procedure', 'aggregate'],
  arguments: texts,
  volatility: ['one of', 'immutable', 'stable', 'volatile'],
  language: 'text',
  'securityDefiner?': 'boolean',
  'settings?': texts,
};

const STATEMENT: Shape = { text: 'text', calls: 'number', tables: pairs, columns: texts };

const STATISTICS: Shape = {
  format: ['one of', STATISTICS_FORMAT],
  serverVersion: 'text',
  versionNum: 'number',
  database: 'text',
  writtenAt: 'time',
  since: 'time',
  searchPath: texts,
  applied: ['list', { version: 'text', checksum: ['null or', 'text'] }],
  relations: ['list', RELATION],
  types: ['list', TYPE],
  functions: ['list', FUNCTION],
  statements: [
    'null or',
    {
      since: ['null or', 'time'],
      'track?': 'text',
      hidden: 'number',
      evicted: ['null or', 'number'],
      list: ['list', STATEMENT],
    },
  ],
};

/** What is wrong with a value: where in it, from the inside out, and in words. */
interface Mismatch {
  readonly path: readonly string[];
  readonly words: string;
}

/** The first thing that is wrong. */
function mismatch(value: unknown, shape: Shape): Mismatch | undefined {
  if (typeof shape === 'string') return isOf(value, shape) ? undefined : wrong(WORDS[shape]);
  if (!isTuple(shape)) return fieldMismatch(value, shape);
  const [what, ...inner] = shape;
  if (what === 'one of') return inner.includes(value) ? undefined : wrong(inner.map(quoted).join(' or '));
  if (what === 'null or') return value === null ? undefined : mismatch(value, inner[0] as Shape);
  if (!Array.isArray(value)) return wrong('a list');
  if (what === 'all' && inner.length !== value.length) return wrong(`a list of ${inner.length}`);
  for (let i = 0; i < value.length; i++) {
    const found = mismatch(value[i], inner[what === 'list' ? 0 : i] as Shape);
    if (found) return { ...found, path: [...found.path, `[${i}]`] };
  }
  return undefined;
}

const wrong = (expected: string): Mismatch => ({ path: [], words: `is not ${expected}` });

function fieldMismatch(value: unknown, shape: FieldShapes): Mismatch | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong('an object');
  for (const [written, one] of Object.entries(shape)) {
    const isOptional = written.endsWith('?');
    const name = isOptional ? written.slice(0, -1) : written;
    const own = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    const found = own === undefined && isOptional ? undefined : mismatch(own, one);
    if (found) return { ...found, path: [...found.path, `.${name}`] };
  }
  return undefined;
}

/** `"relations"[0].rows is not a number` */
function sentence({ path, words }: Mismatch): string {
  const [first, ...inner] = [...path].reverse();
  return first === undefined ? `the file ${words}` : `${quoted(first.slice(1))}${inner.join('')} ${words}`;
}

const WORDS = { text: 'a text', time: 'a time', number: 'a number', boolean: 'true or false' } as const;

function isOf(value: unknown, shape: keyof typeof WORDS): boolean {
  if (shape === 'time') return typeof value === 'string' && !Number.isNaN(Date.parse(value));
  return typeof value === (shape === 'text' ? 'string' : shape);
}

function isTuple(shape: Exclude<Shape, string>): shape is Extract<Shape, readonly unknown[]> {
  return Array.isArray(shape);
}

const quoted = (value: unknown) => JSON.stringify(value);
