import { resolve } from 'node:path';
import { readFolders } from '../../files/folders.ts';
import type { Ledger } from '../../ledger/read.ts';
import type { Finding } from '../../lint/finding.ts';
import { inForce } from '../../plan/ledger-entry.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { Problem } from '../../problem/problem.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { judge } from '../lint/judge.ts';
import { fromDatabase } from '../lint/knowledge.ts';

/** The worst that the linter has to say of what applying a migration does; its way back is another matter. */
export interface MigrationRisk {
  readonly version: string;
  readonly severity: Finding['severity'];
  readonly rule: string;
  readonly message: string;
  readonly lock: string | null;
  readonly blocks: string | null;
  /** How many findings there are, without those that the file allows. */
  readonly findings: number;
}

export interface Risks {
  /** Of those with findings alone. */
  readonly risks: readonly MigrationRisk[];
  /** Why nothing was judged; null where it was. */
  readonly unjudged: string | null;
}

/**
 * Judges the migrations when they are first asked for, and later those alone whose files have changed, or that have been applied:
 * judged by the sizes that tables had then.
 */
export class RiskReader {
  readonly #engine: Engine;
  /** By file and whether it was applied; null: no finding. */
  readonly #known = new Map<string, MigrationRisk | null>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async read(): Promise<Risks> {
    const { settings, cwd } = this.#engine;
    const { files, complaints } = readFolders(settings.directories, cwd);
    if (complaints.length > 0) return { risks: [], unjudged: 'the folders of migrations have faults' };
    try {
      const applied = await withControl(this.#engine, async ({ ledger }) => appliedIn(ledger));
      await this.#judge(files, applied);
      return { risks: files.flatMap((file) => this.#known.get(keyOf(file, applied)) ?? []), unjudged: null };
    } catch (error) {
      if (!(error instanceof Problem) || error.code === 'cancelled') throw error;
      return { risks: [], unjudged: error.message };
    }
  }

  async #judge(files: readonly MigrationFile[], applied: Applied): Promise<void> {
    const fresh = files.filter((file) => !this.#known.has(keyOf(file, applied)));
    if (fresh.length === 0) return;
    const { settings, cwd, signal } = this.#engine;
    const asked = fresh.map(({ file }) => resolve(cwd, file));
    const know = () => fromDatabase(this.#engine);
    const { findings, rules } = await judge({ settings, cwd, signal, files: asked, ruleNames: [], know });
    const ofWayBack = new Set(rules.filter(({ topic }) => topic === 'rollback').map(({ id }) => id));
    const byVersion = new Map(fresh.map(({ version }) => [version, [] as Finding[]]));
    for (const finding of findings) if (!ofWayBack.has(finding.rule)) byVersion.get(finding.version)?.push(finding);
    this.#forget(files, applied);
    for (const file of fresh)
      this.#known.set(keyOf(file, applied), worst(file.version, byVersion.get(file.version) ?? []));
  }

  /** What was judged of files that are others by now. */
  #forget(files: readonly MigrationFile[], applied: Applied): void {
    const wanted = new Set(files.map((file) => keyOf(file, applied)));
    for (const key of this.#known.keys()) if (!wanted.has(key)) this.#known.delete(key);
  }
}

type Applied = ReadonlySet<string>;

function appliedIn({ entries }: Ledger): Applied {
  return new Set(entries.filter(inForce).map(({ version }) => version));
}

function keyOf({ version, checksum }: MigrationFile, applied: Applied): string {
  return `${checksum} ${applied.has(version)} ${version}`;
}

function worst(version: string, all: readonly Finding[]): MigrationRisk | null {
  const findings = all.filter(({ allowed }) => allowed === null);
  const [first, ...others] = findings;
  if (!first) return null;
  const { severity, rule, message, lock, blocks } = others.reduce(
    (most, one) => (weightOf(one) > weightOf(most) ? one : most),
    first,
  );
  return { version, severity, rule, message, lock, blocks, findings: findings.length };
}

const SEVERITIES: readonly Finding['severity'][] = ['note', 'warning', 'error'];

/** Of two that weigh the same otherwise, the one that stops more of others. */
function weightOf({ severity, lock }: Finding): number {
  return SEVERITIES.indexOf(severity) * 3 + (lock === 'ACCESS EXCLUSIVE' ? 2 : lock === null ? 0 : 1);
}
