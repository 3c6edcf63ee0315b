import type { Problem } from '../../problem/problem.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { isDatabaseError } from '../failure.ts';
import type { Keeper } from './keeper.ts';
import type { RunMark } from './scratch-name.ts';
import type { ScratchPlace } from './scratch-place.ts';

/**
 * Roles that the SQL speaks of and a scratch server may lack. On the embedded server, where nobody else administers roles, a
 * missing one is made for the run and dropped behind it; on any other only one that the SQL itself makes.
 */
export class ScratchRoles {
  readonly #keeper: Keeper;
  readonly #place: ScratchPlace;
  readonly #mark: RunMark;
  readonly #configured: string | undefined;
  readonly #made = new Set<string>();
  readonly #mended = new Map<string, number>();
  readonly #provided = new Set<string>();
  #own: Promise<string | undefined> | undefined;

  constructor(keeper: Keeper, place: ScratchPlace, mark: RunMark, configured: string | undefined) {
    this.#keeper = keeper;
    this.#place = place;
    this.#mark = mark;
    this.#configured = configured;
  }

  /** The role of the settings, where the scratch server has it or may be given it; else undefined: the user that connects. */
  own(): Promise<string | undefined> {
    this.#own ??= this.#findOwn();
    return this.#own;
  }

  /** What is worth knowing of the roles, for people. */
  async notes(): Promise<string[]> {
    const missing = this.#configured !== undefined && (await this.own()) === undefined;
    const made = [...this.#made].map(displayIdentifier).join(', ');
    return [
      ...(missing
        ? [
            `the role ${this.#configured} of the configuration is not on the scratch server: the SQL ran there as ${this.#keeper.server.user}`,
          ]
        : []),
      ...(made ? [`roles that the scratch server lacked were made there for this run: ${made}`] : []),
    ];
  }

  /** Makes those that the server lacks, since the statements that would are not run; where it may not, they stay missing. */
  async provide(names: readonly string[]): Promise<void> {
    for (const name of names) {
      this.#provided.add(name);
      if (!(await this.#exists(name))) await this.#make(name).catch(ifDenied);
    }
  }

  /** Whether the failure was a missing role, which is there now: then what failed may be tried again. */
  async mend(problem: Problem | null): Promise<boolean> {
    const { server } = problem?.fields ?? {};
    const [, name] = /^role "(.+)" does not exist$/.exec(server?.message ?? '') ?? [];
    if (server?.sqlstate !== '42704' || name === undefined) return false;
    if (!this.#place.embedded && !this.#provided.has(name)) return false;
    const times = this.#mended.get(name) ?? 0;
    this.#mended.set(name, times + 1);
    if (times === MENDS_MAX) return false;
    if (!(await this.#exists(name))) await this.#make(name);
    return true;
  }

  async #findOwn(): Promise<string | undefined> {
    if (this.#configured === undefined) return undefined;
    const exists = await this.#exists(this.#configured);
    if (!exists && this.#place.embedded) await this.#make(this.#configured);
    return exists || this.#place.embedded ? this.#configured : undefined;
  }

  async #exists(name: string): Promise<boolean> {
    return (await this.#keeper.query('SELECT FROM pg_catalog.pg_roles WHERE rolname = $1', [name])).length > 0;
  }

  /** Another run on the same server may have been quicker. */
  async #make(name: string): Promise<void> {
    try {
      await this.#keeper.createRole(name, this.#mark);
      this.#made.add(name);
    } catch (error) {
      if (!isDatabaseError(error) || !['42710', '23505'].includes(error.code ?? '')) throw error;
    }
  }
}

/** So often the same role may be missing: each job of a run may meet that, and no more is to be expected. */
const MENDS_MAX = 100;

/** Then what needs the role says so. */
function ifDenied(error: unknown): void {
  if (!isDatabaseError(error) || error.code !== '42501') throw error;
}
