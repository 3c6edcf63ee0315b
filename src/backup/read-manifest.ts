import { Problem } from '../problem/problem.ts';
import { type BackupManifest, isBackupId } from './manifest.ts';

/** What this version of the tool reads. */
const FORMAT = 1;

/**
 * The manifest of a backup from the text of its file; `file`: its path, for messages. Problem `backup-unknown` where it is not
 * ours or of a newer format, `backup-damaged` where it was cut or changed so that it says too little.
 */
export function readManifest(text: string, file: string): BackupManifest {
  const value = parsed(text, file);
  if (!isRecord(value) || !('format' in value && 'id' in value)) throw foreign(file, 'JSON of something else');
  if (typeof value.format === 'number' && value.format > FORMAT) throw newer(file, value.format);
  if (value.format !== FORMAT) throw foreign(file, `format ${JSON.stringify(value.format)}`);
  const fault = faultOf(value, value.kind === 'scoped' ? { ...MANIFEST, kept: KEPT } : MANIFEST, '');
  if (fault !== undefined) throw changed(file, fault);
  const manifest = value as unknown as BackupManifest;
  if (!isBackupId(manifest.id)) throw changed(file, `id is ${JSON.stringify(manifest.id)}`);
  const pieces = manifest.files.find(({ pieceBytes }) => pieceBytes !== undefined && !isPiece(pieceBytes));
  if (pieces) throw changed(file, `pieceBytes of ${pieces.path} is ${pieces.pieceBytes}`);
  const odd = manifest.files.find(({ path }) => !isInside(path));
  if (odd) throw changed(file, `it names a file outside of the backup: ${JSON.stringify(odd.path)}`);
  return manifest;
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const whole = text.trimStart().startsWith('{');
    throw whole ? changed(file, 'it ends or breaks off before its JSON does', cause) : foreign(file, 'no JSON');
  }
}

/** As much is held in memory. */
const PIECE_BYTES_MAX = 64 * 1024 * 1024;

function isPiece(bytes: number): boolean {
  return Number.isInteger(bytes) && bytes > 0 && bytes <= PIECE_BYTES_MAX;
}

/** Of a relative path of ours: what a manifest names is read, and may be any file that its writer liked. */
function isInside(path: string): boolean {
  const parts = path.split('/');
  return !path.includes('\\') && !path.includes('\0') && parts.every((part) => !['', '.', '..'].includes(part));
}

type Shape = string | readonly [Shape] | { readonly [name: string]: Shape };

/** Kinds of JSON's values, several with `|`; a list of one shape; an object with at least these members. */
const MANIFEST = {
  id: 'string',
  kind: 'string',
  method: 'string',
  writtenBy: ['string'],
  startedAt: 'string',
  finishedAt: 'string',
  source: {
    database: 'string',
    serverVersion: 'string',
    serverVersionNum: 'number',
    systemIdentifier: 'string|null',
    encoding: 'string',
    databaseBytes: 'number',
  },
  runId: 'string',
  version: 'string|null',
  direction: 'string|undefined',
  applied: 'list|null',
  compression: 'string',
  encryption: 'string|null',
  files: [{ path: 'string', bytes: 'number', sha256: 'string', pieceBytes: 'number|undefined' }],
  tables: [{ schema: 'string', name: 'string', rows: 'number|null', file: 'string|null' }],
  sequences: [{ schema: 'string', name: 'string', lastValue: 'string', isCalled: 'boolean' }],
  leftOut: ['string'],
} as const satisfies Shape;

const COLUMN: Shape = { name: 'string', type: 'string', asText: 'boolean' };

const KEPT: Shape = [
  {
    kind: 'string',
    schema: 'string',
    table: 'string',
    key: [COLUMN],
    columns: [COLUMN],
    rest: ['string'],
    rows: 'number',
    store: 'string',
    sequences: 'list',
  },
];

/** What is wrong with the value, as a place and what stands there; undefined where it has the shape. */
function faultOf(value: unknown, shape: Shape, place: string): string | undefined {
  if (typeof shape === 'string') {
    const kind = value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
    return shape.split('|').includes(kind) ? undefined : `${place} is ${shown(value)}`;
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) return `${place} is ${shown(value)}`;
    return first(value, (item, i) => faultOf(item, shape[0], `${place}[${i}]`));
  }
  if (!isRecord(value)) return `${place} is ${shown(value)}`;
  return first(Object.entries(shape), ([name, inner]) =>
    faultOf(value[name], inner, place ? `${place}.${name}` : name),
  );
}

function first<T>(list: readonly T[], find: (item: T, i: number) => string | undefined): string | undefined {
  for (const [i, item] of list.entries()) {
    const found = find(item, i);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 60);
}

const UNTOUCHED = 'Nothing was restored or changed.';

function foreign(file: string, found: string): Problem {
  return new Problem('backup-unknown', `${file} is not the manifest of a backup of ours.`, {
    where: { file },
    found,
    expected: 'a manifest as "taskflow-db backup" writes it',
    state: UNTOUCHED,
    next: ['See which backups there are: taskflow-db backup list'],
  });
}

function newer(file: string, format: number): Problem {
  return new Problem('backup-unknown', 'The backup was written by a newer version of taskflow-db.', {
    where: { file },
    found: `format ${format}`,
    expected: `format ${FORMAT}`,
    state: UNTOUCHED,
    next: ['Use that version, or a newer one.'],
  });
}

function changed(file: string, found: string, cause?: unknown): Problem {
  return new Problem('backup-damaged', 'The manifest of the backup was cut or changed.', {
    where: { file },
    found,
    state: UNTOUCHED,
    next: ['Take one from before or behind it. Which there are: taskflow-db backup list'],
    ...(cause === undefined ? {} : { cause }),
  });
}
