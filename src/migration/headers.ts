import { DURATION_EXPECTED, durationFault, parseDuration } from '../problem/duration.ts';
import { CODE_HEADERS, DATA_HEADERS, type HeaderLine } from './header-line.ts';
import type { Headers } from './migration.ts';

type Draft = {
  -readonly [K in keyof Headers]: Headers[K] extends readonly (infer E)[] ? E[] : Headers[K];
} & { data: Record<string, string> };

/** What was found and what was expected of a header's value. */
export interface HeaderFault {
  readonly found: string;
  readonly expected: string;
}

type Taker = (draft: Draft, value: string) => HeaderFault | undefined;

const VERSION = /^[0-9]+([_-][A-Za-z0-9_-]+)?$/;
const EXTENSION = /^extension\s+(?:"([^"]+)"|([A-Za-z_][A-Za-z0-9_-]*))$/;

const TAKERS: Readonly<Record<string, Taker>> = {
  Author: (draft, value) => takeText(draft, 'author', value),
  Date: (draft, value) => takeText(draft, 'date', value),
  Description: (draft, value) => takeText(draft, 'description', value),
  Depends: (draft, value) => takeDepends(draft, value),
  Contracts: (draft, value) => takeContracts(draft, value),
  Requires: (draft, value) => takeRequires(draft, value),
  Replaces: (draft, value) => takeReplaces(draft, value),
  Transaction: (draft, value) => takeTransaction(draft, value),
  'Lock-Timeout': (draft, value) => takeTimeout(draft, 'lockTimeoutMs', value),
  'Statement-Timeout': (draft, value) => takeTimeout(draft, 'statementTimeoutMs', value),
  Allow: (draft, value) => takeAllow(draft, value),
};

/** Collects the headers of one file; `take` says what is wrong with a line. */
export class HeaderCollector {
  readonly #draft: Draft = { depends: [], contracts: [], requires: [], replaces: [], allow: [], data: {} };
  readonly #seen = new Set<string>();

  take({ key, value }: HeaderLine): HeaderFault | undefined {
    if (this.#seen.has(key) && !REPEATABLE.includes(key))
      return { found: 'a second one', expected: `one ${key} header` };
    this.#seen.add(key);
    const another = /\s--\s*[A-Z][A-Za-z-]+:/.exec(value);
    if (another)
      return { found: `another header behind it (${another[0].trim()})`, expected: 'each header on a line of its own' };
    if (DATA_HEADERS.includes(key) || CODE_HEADERS.includes(key)) this.#draft.data[key] = value;
    return TAKERS[key]?.(this.#draft, value);
  }

  get headers(): Headers {
    return this.#draft;
  }
}

const REPEATABLE = ['Depends', 'Contracts', 'Requires', 'Replaces', 'Allow', 'Author'];

function takeText(draft: Draft, key: 'author' | 'date' | 'description', value: string): undefined {
  if (value !== '') draft[key] = draft[key] === undefined ? value : `${draft[key]}, ${value}`;
}

function takeDepends(draft: Draft, value: string): HeaderFault | undefined {
  return takeVersions(draft.depends, value);
}

/** What it names must be applied before, too. */
function takeContracts(draft: Draft, value: string): HeaderFault | undefined {
  return takeVersions(draft.contracts, value) ?? takeVersions(draft.depends, value);
}

function takeVersions(taken: string[], value: string): HeaderFault | undefined {
  const versions = value.split(/[\s,]+/).filter((text) => text !== '');
  const bad = versions.find((text) => !VERSION.test(text));
  if (versions.length === 0 || bad !== undefined) {
    return { found: bad ?? 'nothing', expected: 'versions, separated by commas: 001_users, 002_workflows' };
  }
  for (const version of versions) if (!taken.includes(version)) taken.push(version);
  return undefined;
}

function takeRequires(draft: Draft, value: string): HeaderFault | undefined {
  for (const part of value.split(',')) {
    const [, quoted, plain] = EXTENSION.exec(part.trim()) ?? [];
    const extension = quoted ?? plain;
    if (extension === undefined)
      return { found: part.trim() || 'nothing', expected: 'extension NAME, for example: extension vector' };
    if (!draft.requires.some((one) => one.extension === extension)) draft.requires.push({ extension });
  }
  return undefined;
}

const REPLACED = /^([0-9]+[_-][A-Za-z0-9_-]+)(?:@([0-9a-f]{8,64}))?$/;
const WITHIN = /^([0-9]+[_-][A-Za-z0-9_-]+)\s*=\s*(.*)$/;

/** `001_a@3f2a9c1b7d20, 002_b`, or, of a squash that is among these, what that one stood for: `010_squash = 001_a, 002_b`. */
function takeReplaces(draft: Draft, value: string): HeaderFault | undefined {
  const [, within = null, list = value] = WITHIN.exec(value) ?? [];
  const parts = list.split(/[\s,]+/).filter((text) => text !== '');
  const bad = parts.find((text) => !REPLACED.test(text));
  if (parts.length === 0 || bad !== undefined)
    return { found: bad ?? 'nothing', expected: 'whole versions, separated by commas: 001_users, 002_workflows' };
  for (const part of parts) {
    const [, version = '', body = null] = REPLACED.exec(part) ?? [];
    if (!draft.replaces.some((one) => one.version === version && one.within === within))
      draft.replaces.push({ version, body, within });
  }
  return undefined;
}

function takeTransaction(draft: Draft, value: string): HeaderFault | undefined {
  if (value !== 'none')
    return { found: value || 'nothing', expected: 'none (a transaction is the rule and needs no header)' };
  draft.transaction = 'none';
  return undefined;
}

function takeTimeout(
  draft: Draft,
  key: 'lockTimeoutMs' | 'statementTimeoutMs',
  value: string,
): HeaderFault | undefined {
  const ms = parseDuration(value);
  if (ms === undefined) {
    const fault = durationFault(value);
    return { found: `${value || 'nothing'}${fault === undefined ? '' : `: ${fault}`}`, expected: DURATION_EXPECTED };
  }
  draft[key] = ms;
  return undefined;
}

/** A rule of ours, or one of another linter by that one's name: `squawk:ban-drop-column`. */
function takeAllow(draft: Draft, value: string): HeaderFault | undefined {
  const [, rule, reason] = /^([a-z][a-z0-9-]*|[a-z][a-z0-9_]*:[A-Za-z][\w-]*)\s+(\S.*)$/.exec(value) ?? [];
  if (rule === undefined || reason === undefined) {
    return {
      found: value || 'nothing',
      expected: 'the rule, then the reason: ban-drop-column nobody reads it since 2.4',
    };
  }
  draft.allow.push({ rule, reason });
  return undefined;
}
