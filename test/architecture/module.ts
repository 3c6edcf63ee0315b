/** What a TypeScript file imports, exports and defines, as far as the rules of this folder ask. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mask } from './mask.ts';

export const ROOT = resolve(fileURLToPath(import.meta.url), '..', '..', '..');

export interface Import {
  /** A path from the repository's root for own files; otherwise the package, such as `pg` or `node:fs`. */
  readonly target: string;
  readonly isOwn: boolean;
  /** The names asked for; `*` for the whole of it. */
  readonly names: readonly string[];
  readonly kind: 'import' | 'export' | 'dynamic';
  readonly line: number;
}

export interface Export {
  readonly name: string;
  readonly line: number;
  /** An interface or a type. */
  readonly isType: boolean;
}

export interface Module {
  readonly path: string;
  readonly text: string;
  /** The text without comments, strings and regular expressions; see mask.ts. */
  readonly code: string;
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
}

const loaded = new Map<string, readonly Module[]>();

/** The TypeScript files of a folder, sorted. */
export function modulesOf(folder: string): readonly Module[] {
  const known =
    loaded.get(folder) ?? tsFiles(folder).map((path) => parse(path, readFileSync(join(ROOT, path), 'utf8')));
  loaded.set(folder, known);
  return known;
}

function tsFiles(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  const names = readdirSync(join(ROOT, folder), { recursive: true }) as string[];
  return names
    .map((name) => join(folder, name))
    .filter((path) => /\.tsx?$/.test(path) && !path.split('/').includes('node_modules'))
    .sort();
}

export function parse(path: string, text: string): Module {
  const code = mask(text, path.endsWith('.tsx'));
  return { path, text, code, imports: importsIn(path, text, code), exports: exportsIn(code) };
}

/** One-based. */
export function lineAt(code: string, offset: number): number {
  return code.slice(0, offset).split('\n').length;
}

const FROM = /\b(import|export)\b([^;'"()]*?)\bfrom\s*(['"])/g;
const BARE = /\bimport\s*(['"])/g;
const DYNAMIC = /\bimport\s*\(\s*(['"])/g;

function importsIn(path: string, text: string, code: string): Import[] {
  const found: Import[] = [];
  const add = (match: RegExpExecArray, kind: Import['kind'], names: string[]) => {
    const start = match.index + match[0].length;
    const specifier = text.slice(start, code.indexOf(match.at(-1)!, start));
    const isOwn = specifier.startsWith('.');
    const target = isOwn ? normalize(join(dirname(path), specifier)) : packageOf(specifier);
    found.push({ target, isOwn, names, kind, line: lineAt(code, match.index) });
  };
  for (const match of code.matchAll(FROM)) add(match, match[1] as 'import' | 'export', namesOf(match[2]!));
  for (const match of code.matchAll(BARE)) add(match, 'import', []);
  for (const match of code.matchAll(DYNAMIC)) add(match, 'dynamic', ['*']);
  return found;
}

/** `@scope/name/deep` → `@scope/name`; Node's own keep what follows a slash. */
function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** The names of a clause as the other file knows them: `type { a, b as c }` → a, b. */
function namesOf(clause: string): string[] {
  if (clause.includes('*')) return ['*'];
  const braces = /\{([^}]*)\}/.exec(clause);
  const outside = clause.replace(/\{[^}]*\}/, '').replace(/^\s*type\b/, '');
  const listed = (braces?.[1] ?? '').split(',').map(
    (item) =>
      item
        .trim()
        .replace(/^type\s+/, '')
        .split(/\s+as\s+/)[0]!,
  );
  return [...listed, ...(/\w/.test(outside) ? ['default'] : [])].filter((name) => name !== '');
}

const DECLARED =
  /^export\s+(?:declare\s+)?(default\b|(?:abstract\s+)?class|(?:async\s+)?function\s*\*?|const|let|interface|type)\s*([\w$]*)/gm;
const LISTED = /^export\s+(?:type\s+)?\{([^}]*)\}/gm;

function exportsIn(code: string): Export[] {
  const found: Export[] = [];
  for (const { 1: kind, 2: name, index } of code.matchAll(DECLARED)) {
    if (kind === 'type' && name === '') continue;
    const isType = kind === 'interface' || kind === 'type';
    found.push({ name: kind === 'default' ? 'default' : name!, line: lineAt(code, index), isType });
  }
  for (const { 1: list, index } of code.matchAll(LISTED)) {
    for (const item of list!
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean)) {
      found.push({
        name: item
          .split(/\s+as\s+/)
          .at(-1)!
          .replace(/^type\s+/, ''),
        line: lineAt(code, index),
        isType: false,
      });
    }
  }
  return found;
}
