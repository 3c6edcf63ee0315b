import { readFolders } from '../../files/folders.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { filesDigest, type Proof } from '../verify/proof.ts';

/** The last proof on record. */
export interface ProofView extends Omit<Proof, 'files' | 'since' | 'only'> {
  readonly seq: number;
  readonly at: string;
  /** Who has asked for it: the person at the console, else the session user. */
  readonly by: string;
  readonly toolVersion: string | null;
  /** What alone was tried, in words; null: everything. */
  readonly scope: string | null;
  /** The files are still those that were tried. */
  readonly isCurrent: boolean;
}

interface Found {
  /** Everything up to there has been looked at. */
  readonly upTo: number;
  readonly proof: Omit<ProofView, 'isCurrent'> | undefined;
  readonly files: string;
}

const NOTHING: Found = { upTo: 0, proof: undefined, files: '' };

/** Finds the last proof in a trail that may be long: what was looked at once is not looked at again. */
export class ProofReader {
  readonly #engine: Engine;
  #found = NOTHING;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async read(): Promise<ProofView | null> {
    const { settings, cwd } = this.#engine;
    this.#found = await withControl(this.#engine, (control) => newer(control, this.#found));
    const { proof, files } = this.#found;
    if (!proof) return null;
    return { ...proof, isCurrent: files === filesDigest(readFolders(settings.directories, cwd).files) };
  }
}

async function newer(control: Control, before: Found): Promise<Found> {
  const { session, names, ledger } = control;
  if ((ledger.layout ?? 0) === 0) return NOTHING;
  const [row] = await session.query(
    `SELECT e.seq, pg_catalog.to_json(e.at) #>> '{}' AS at, e.actor, e.tool_version, e.detail, last.seq AS last
FROM (SELECT coalesce(max(seq), 0) AS seq FROM ${names.events}) AS last
LEFT JOIN LATERAL (SELECT * FROM ${names.events} AS x WHERE x.event = 'verified' AND x.seq > $1::bigint AND x.seq <= last.seq
  ORDER BY x.seq DESC LIMIT 1) AS e ON true`,
    [String(before.upTo)],
  );
  const upTo = Number(row?.last ?? 0);
  // A database that was restored meanwhile has a shorter trail.
  if (upTo < before.upTo) return newer(control, NOTHING);
  if (row?.seq == null) return { ...before, upTo };
  const detail = (JSON.parse(row.detail ?? '{}') ?? {}) as Partial<Proof> & { console?: { user?: unknown } };
  return { upTo, proof: proofIn(row, detail), files: typeof detail.files === 'string' ? detail.files : '' };
}

/** Whoever may write events may write anything: what is not there counts as nothing. */
function proofIn(
  row: Readonly<Record<string, string | null>>,
  detail: Partial<Proof> & { console?: { user?: unknown } },
): Omit<ProofView, 'isCurrent'> {
  const person = detail.console?.user;
  return {
    seq: Number(row.seq),
    at: (row.at ?? '').replace(/\+00:00$/, 'Z'),
    by: typeof person === 'string' ? person : (row.actor ?? ''),
    toolVersion: row.tool_version ?? null,
    ok: detail.ok === true,
    scope: scopeText(detail),
    tried: numberOf(detail.tried),
    checks: countsIn(detail.checks),
    failures: failuresIn(detail.failures),
    scratch: String(detail.scratch ?? ''),
    executionTimeMs: numberOf(detail.executionTimeMs),
  };
}

function scopeText({ only, since }: Partial<Proof>): string | null {
  if (only !== undefined) return `${only} alone`;
  return since === undefined ? null : `what comes after ${since}`;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function countsIn(value: unknown): Record<string, number> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}

function failuresIn(value: unknown): Proof['failures'] {
  const list = Array.isArray(value) ? value : [];
  return list.map((one: Partial<Proof['failures'][number]> | null) => ({
    check: String(one?.check ?? ''),
    version: typeof one?.version === 'string' ? one.version : null,
    detail: String(one?.detail ?? ''),
  }));
}
