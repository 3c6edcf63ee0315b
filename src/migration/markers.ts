import { isNear } from './near.ts';

export type MarkerName = 'VERIFY' | 'ROLLBACK' | 'IRREVERSIBLE';

export interface Marker {
  readonly name: MarkerName;
  /** What follows the colon. */
  readonly rest: string;
}

const MARKER = /^--[ \t]*(VERIFY|ROLLBACK|IRREVERSIBLE):(.*)$/;

/** The section marker that a line comment is; exact, in upper case, with its colon. */
export function readMarker(comment: string): Marker | undefined {
  const [, name, rest = ''] = MARKER.exec(comment) ?? [];
  return name === undefined ? undefined : { name: name as MarkerName, rest: rest.trim() };
}

/** Other tools' words for a section, and ours in other words. */
const SYNONYMS: Readonly<Record<string, MarkerName>> = {
  down: 'ROLLBACK',
  undo: 'ROLLBACK',
  revert: 'ROLLBACK',
  rollbacksql: 'ROLLBACK',
  verification: 'VERIFY',
  check: 'VERIFY',
  postcondition: 'VERIFY',
  irreversable: 'IRREVERSIBLE',
  norollback: 'IRREVERSIBLE',
};

/** Words that are ordinary prose unless they stand in capitals. */
const ONLY_IN_CAPITALS = ['down', 'check', 'revert'];

const NAMES: readonly MarkerName[] = ['VERIFY', 'ROLLBACK', 'IRREVERSIBLE'];

/** Markers are short; a long line is looked at no further than this. */
const LENGTH_LOOKED_AT = 200;

/** The marker that a line comment almost is, as it should be written; undefined for prose and for an exact one. */
export function nearMarker(comment: string): string | undefined {
  if (readMarker(comment)) return undefined;
  const text = withoutDecoration(comment.slice(0, LENGTH_LOOKED_AT));
  const colon = text.indexOf(':');
  if (colon === -1 && comment.length > LENGTH_LOOKED_AT) return undefined;
  const key = (colon === -1 ? text : text.slice(0, colon)).trim();
  const name = colon === -1 ? bareMarker(key) : markerMeant(key);
  return name && (name === 'IRREVERSIBLE' ? '-- IRREVERSIBLE: reason' : `-- ${name}:`);
}

/** `---- ROLLBACK ----` and `-- === ROLLBACK: ===` say ROLLBACK; `-- -- ROLLBACK:` is a comment that was commented out. */
function withoutDecoration(comment: string): string {
  if (/^--\s+--/.test(comment)) return '';
  return comment.replace(/^[-=*#~+\s]+/, '').replace(/[-=*#~+\s]+$/, '');
}

/** Without a colon only the word alone counts: "rollback is not needed" is prose. */
function bareMarker(key: string): MarkerName | undefined {
  return (
    NAMES.find((name) => name === key.toUpperCase()) ?? (key === 'DOWN' || key === 'UNDO' ? 'ROLLBACK' : undefined)
  );
}

const KEY_WORDS_MAX = 3;

/** What a key before a colon means: a marker in another case, misspelt, with more words, or a synonym. */
function markerMeant(key: string): MarkerName | undefined {
  const words = key.split(/[\s_-]+/);
  if (words.length > KEY_WORDS_MAX || !/^[A-Za-z][A-Za-z\s_-]*$/.test(key)) return undefined;
  const joined = words.join('').toLowerCase();
  const synonym = Object.hasOwn(SYNONYMS, joined) ? SYNONYMS[joined] : undefined;
  if (synonym && (key === key.toUpperCase() || !ONLY_IN_CAPITALS.includes(joined))) return synonym;
  return NAMES.find((name) => isMeant(name, words, joined));
}

function isMeant(name: MarkerName, words: readonly string[], joined: string): boolean {
  const lower = name.toLowerCase();
  if (words[0]?.toLowerCase() === lower || isNear(joined, lower)) return true;
  return name === 'ROLLBACK' && words.at(-1)?.toLowerCase() === lower;
}

/** Lines by which other tools mark what runs: read as ours, such a file would run its way back right after its way forth. */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/^--\s*\+goose\b/, 'goose'],
  [/^--\s*\+migrate\b/, 'sql-migrate'],
  [/^--\s*migrate:(up|down)\b/, 'dbmate'],
  [/^--\s*liquibase formatted sql\b/i, 'liquibase'],
  [/^--\s*changeset\s+\S+:\S+/i, 'liquibase'],
  [/^--\s*!(Ups|Downs)\b/, 'Play evolutions'],
  [/^--\s*\/\/\s*@UNDO\b/, 'MyBatis Migrations'],
  [/^--!\s*(Previous|Hash|no-transaction)\b/, 'graphile-migrate'],
];

/** The tool whose marker a line comment is. */
export function foreignMarker(comment: string): string | undefined {
  return FOREIGN.find(([pattern]) => pattern.test(comment))?.[1];
}
