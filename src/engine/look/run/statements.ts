import type { Statement } from '../../../migration/migration.ts';
import { lockedRelations } from '../../../sql/locked-relations.ts';
import { displayIdentifier } from '../../../sql/quote.ts';
import type { Heard } from './heard.ts';
import type { VersionStory } from './story.ts';

export type StatementState = 'open' | 'running' | 'done' | 'failed' | 'undone';

/** One statement of the migration that is looked at. */
export interface RunStatement {
  /** From 1. */
  readonly number: number;
  readonly line: number;
  /** Its beginning. */
  readonly sql: string;
  readonly state: StatementState;
  /** What the server has answered: `CREATE TABLE`; null where that is not known. */
  readonly tag: string | null;
  readonly ms: number | null;
}

/** Those around the one that is at work. */
export interface RunStatements {
  readonly total: number;
  readonly done: number;
  readonly shown: readonly RunStatement[];
}

const SHOWN_MAX = 60;
const BEFORE = 20;
const SQL_MAX = 400;

/** `at`: the index of the statement that runs, or of the one that has failed; undefined where none is known to. */
export function statementsOf(
  all: readonly Statement[],
  story: VersionStory,
  heard: Heard | undefined,
  at: number | undefined,
): RunStatements {
  const said = heard?.statementsOf(story.version);
  const over = said ?? [];
  const place = at ?? (story.state === 'running' ? said?.length : undefined);
  const states = all.map((_, i) => stateOf(i, story, place));
  const from = Math.max(0, Math.min((place ?? 0) - BEFORE, all.length - SHOWN_MAX));
  const shown = all.slice(from, from + SHOWN_MAX).map(({ line, sql }, i) => ({
    number: from + i + 1,
    line,
    sql: sql.length > SQL_MAX ? `${sql.slice(0, SQL_MAX)} …` : sql,
    state: states[from + i]!,
    tag: over[from + i]?.tag ?? null,
    ms: over[from + i]?.ms ?? null,
  }));
  return { total: all.length, done: states.filter((state) => state === 'done').length, shown };
}

/** What was done before a failure in the same transaction is undone with it. */
function stateOf(index: number, { state, statementsDone }: VersionStory, at: number | undefined): StatementState {
  if (state === 'done' || index < statementsDone) return 'done';
  if (at === undefined) return 'open';
  const isOver = state !== 'running';
  if (index === at) return isOver ? 'failed' : 'running';
  if (index > at) return 'open';
  return isOver ? 'undone' : 'done';
}

/**
 * Which of them the server works at, by the text that pg_stat_activity shows, which may be cut; from `from` on, since two may be
 * alike. Undefined where it is none of them: something of ours.
 */
export function indexOfQuery(all: readonly Statement[], query: string, from: number): number | undefined {
  const text = query.trim();
  if (text === '') return undefined;
  const found = all.findIndex(({ sql }, i) => i >= from && isThat(sql, text));
  if (found >= 0) return found;
  const earlier = all.findIndex(({ sql }) => isThat(sql, text));
  return earlier < 0 ? undefined : earlier;
}

/** A shorter text than the server keeps of one is a whole one. */
const QUERY_SIZE_MIN = 99;

function isThat(sql: string, text: string): boolean {
  return sql === text || (text.length >= QUERY_SIZE_MIN && sql.startsWith(text));
}

/** The first that locks what is waited for, by its text; `relation`: as SQL names it. */
export function indexOfLocking(all: readonly Statement[], relation: string, from: number): number | undefined {
  const found = all.findIndex(
    ({ sql }, i) =>
      i >= from &&
      lockedRelations(sql).some(({ schema, name }) => {
        const plain = displayIdentifier(name);
        return relation === plain || relation.endsWith(`.${plain}`) || relation === `${schema}.${plain}`;
      }),
  );
  return found < 0 ? undefined : found;
}

/** The one that a line of the file belongs to. */
export function indexOfLine(all: readonly Statement[], line: number): number | undefined {
  const found = all.findLastIndex((one) => one.line <= line);
  return found < 0 ? undefined : found;
}
