import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import * as v from 'valibot';
import { gather, Problem } from '../problem/problem.ts';
import { complaints, type JsonSource, listsForObjects, locate } from './complaints.ts';
import { type ConfigFile, configSchema } from './schema.ts';

const CONFIG_FILE = 'taskflow-db.config.json';

export interface LoadedConfig {
  /** Absolute path of the file. */
  readonly path: string;
  readonly values: ConfigFile;
}

/**
 * The configuration: `named` (from `--config` or TASKFLOW_CONFIG, relative to `cwd`), else the nearest
 * taskflow-db.config.json from `cwd` upwards, else undefined. Problem `config-invalid` with every complaint at once.
 */
export function loadConfigFile(cwd: string, named?: string): LoadedConfig | undefined {
  if (named !== undefined) {
    const path = resolve(cwd, named);
    return parseConfig(path, read(path, cwd), cwd);
  }
  const found = findUpwards(cwd);
  return found && parseConfig(found.path, found.text, cwd);
}

function findUpwards(cwd: string): { path: string; text: string } | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const path = join(folder, CONFIG_FILE);
    if (existsSync(path)) return { path, text: read(path, cwd) };
    if (dirname(folder) === folder) return undefined;
  }
}

function read(path: string, cwd: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(path, cwd, error);
  }
}

function unreadable(path: string, cwd: string, cause: unknown): Problem {
  const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message;
  return new Problem('config-invalid', `The configuration file cannot be read: ${why}.`, {
    where: { file: shown(path, cwd) },
    cause,
  });
}

/** A path as people see it: relative to where they are, unless that climbs out. */
function shown(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near === '' || near.startsWith('..') ? path : near;
}

function parseConfig(path: string, raw: string, cwd: string): LoadedConfig {
  const text = raw.replace(/^\uFEFF/, '');
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const source: JsonSource = { file: shown(path, cwd), text, root };
  const wrong = errors.length > 0 || !root ? syntaxProblems(source, errors) : misread(source, root);
  if (wrong.length > 0) throw gather('config-invalid', `The configuration ${source.file} cannot be read.`, wrong);
  const result = v.safeParse(configSchema, root && getNodeValue(root));
  if (result.success) return { path, values: result.output };
  const found = complaints(source, configSchema, result.issues);
  throw gather('config-invalid', `The configuration ${source.file} has ${found.length} mistakes.`, found);
}

function syntaxProblems(source: JsonSource, errors: readonly ParseError[]): Problem[] {
  const [first] = errors;
  const what = first && source.text.trim() !== '' ? spaced(printParseErrorCode(first.error)) : 'the file is empty';
  const where = locate(source, first?.offset ?? 0);
  return [new Problem('config-invalid', `The configuration is not valid JSON: ${what}.`, { where })];
}

/** `PropertyNameExpected` → `property name expected`. */
function spaced(code: string): string {
  return code.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

/** What validation would not see. */
function misread(source: JsonSource, root: Node): Problem[] {
  return [...lostKeys(source, root), ...listsForObjects(source, configSchema, root)];
}

/** Keys that JavaScript gives a meaning of its own, and that validation would therefore pass over. */
const NO_KEYS = ['__proto__', 'prototype', 'constructor'];

/** What reading JSON into objects would silently lose: all but the last of equal keys, and keys with a meaning of their own. */
function lostKeys(source: JsonSource, node: Node): Problem[] {
  const inside = (node.children ?? []).flatMap((child) => lostKeys(source, child));
  if (node.type !== 'object') return inside;
  const keys = (node.children ?? []).flatMap((property) => property.children?.[0] ?? []);
  const repeated = keys.filter((key, index) => keys.findIndex((other) => other.value === key.value) < index);
  const unknown = keys.filter((key) => NO_KEYS.includes(key.value));
  return [
    ...repeated.map((key) => keyProblem(source, key, `The key ${JSON.stringify(key.value)} is there twice.`)),
    ...unknown.map((key) => keyProblem(source, key, `The configuration has no key ${JSON.stringify(key.value)}.`)),
    ...inside,
  ];
}

function keyProblem(source: JsonSource, key: Node, message: string): Problem {
  return new Problem('config-invalid', message, { where: locate(source, key.offset) });
}
