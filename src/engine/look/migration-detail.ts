import { resolve } from 'node:path';
import { type FoundFiles, readFolders } from '../../files/folders.ts';
import type { Finding } from '../../lint/finding.ts';
import type { Headers, Migration } from '../../migration/migration.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { reconcile } from '../../plan/reconcile.ts';
import { resolveVersion } from '../../plan/resolve-version.ts';
import { Problem } from '../../problem/problem.ts';
import { eventsOf, type HistoryEvent } from '../audit/history.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { judge } from '../lint/judge.ts';
import { fromDatabase } from '../lint/knowledge.ts';
import { type StatusRow, statusOf } from '../status.ts';
import type { Neighbour } from './neighbours.ts';
import { neighboursOf } from './neighbours.ts';

/** All that is known of one version. */
export interface MigrationDetail {
  readonly migration: StatusRow;
  /** Of the file; null where there is none that can be read. */
  readonly headers: Headers | null;
  /** The file as it is now, and as it was applied: null where there is none, or none was kept. */
  readonly text: string | null;
  readonly appliedText: string | null;
  /** The file is too large to be shown. */
  readonly isLarge: boolean;
  readonly statements: readonly PlacedStatement[];
  readonly verify: readonly PlacedStatement[];
  readonly rollback: RollbackView;
  readonly findings: readonly Finding[];
  /** Why it was not judged; null where it was. */
  readonly unjudged: string | null;
  /** Of this version, the newest first. */
  readonly events: readonly HistoryEvent[];
  readonly needs: readonly Neighbour[];
  readonly neededBy: readonly Neighbour[];
  /** What keeps the file from being read. */
  readonly faults: readonly Problem[];
}

export interface PlacedStatement {
  readonly line: number;
  readonly sql: string;
}

export interface RollbackView {
  readonly kind: 'sql' | 'irreversible' | 'none';
  readonly sql: string | null;
  readonly reason: string | null;
}

/** Reads, and writes nothing. Problems `version-unknown` and `version-ambiguous`, and those of the connection. */
export function migrationDetail(engine: Engine, version: string): Promise<MigrationDetail> {
  const found = readFolders(engine.settings.directories, engine.cwd);
  return withControl(engine, async (control) => {
    const { migrations } = await statusOf(engine, control, found);
    const statuses = reconcile(found.files, control.ledger.entries);
    const name = resolveVersion(statuses, version);
    const file = found.files.find((one) => one.version === name);
    const { migration, faults } = read(file);
    return {
      migration: migrations.find((one) => one.version === name)!,
      ...viewOf(migration),
      appliedText: await appliedText(control, name),
      ...(await judged(engine, found, file)),
      events: (await eventsOf(control, { version: name })).reverse(),
      ...(await neighboursOf(engine, control, statuses, name)),
      faults,
    };
  });
}

function read(file: MigrationFile | undefined): { migration: Migration | undefined; faults: Problem[] } {
  try {
    return { migration: file?.load(), faults: [] };
  } catch (error) {
    if (error instanceof Problem) return { migration: undefined, faults: [error] };
    throw error;
  }
}

function viewOf(migration: Migration | undefined) {
  const isLarge = migration?.large !== undefined;
  return {
    headers: migration?.headers ?? null,
    text: migration && !isLarge ? migration.text : null,
    isLarge,
    statements: placed(migration?.statements),
    verify: placed(migration?.verify),
    rollback: rollbackView(migration?.rollback),
  };
}

function placed(statements: Migration['statements'] = []): PlacedStatement[] {
  return statements.map(({ line, sql }) => ({ line, sql }));
}

function rollbackView(rollback: Migration['rollback'] = { kind: 'none' }): RollbackView {
  return {
    kind: rollback.kind,
    sql: rollback.kind === 'sql' ? rollback.sql : null,
    reason: rollback.kind === 'irreversible' ? rollback.reason : null,
  };
}

async function appliedText({ session, names, ledger }: Control, version: string): Promise<string | null> {
  if ((ledger.layout ?? 0) === 0) return null;
  const [row] = await session.query(`SELECT body_sql FROM ${names.migrations} WHERE version = $1`, [version]);
  return row?.body_sql ?? null;
}

/** Other files that cannot be read keep nobody from looking at this one. */
async function judged(
  engine: Engine,
  found: FoundFiles,
  file: MigrationFile | undefined,
): Promise<Pick<MigrationDetail, 'findings' | 'unjudged'>> {
  if (!file) return { findings: [], unjudged: 'there is no file' };
  if (found.complaints.length > 0) return { findings: [], unjudged: 'the folders of migrations have faults' };
  const { settings, cwd, signal } = engine;
  const files = [resolve(cwd, file.file)];
  try {
    const { findings } = await judge({ settings, cwd, signal, files, ruleNames: [], know: () => fromDatabase(engine) });
    return { findings: findings.filter(({ version }) => version === file.version), unjudged: null };
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'cancelled') throw error;
    return { findings: [], unjudged: error.message };
  }
}
