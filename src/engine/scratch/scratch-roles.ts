import type { Problem } from '../../problem/problem.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Keeper } from './keeper.ts';
import type { RunMark } from './scratch-name.ts';
import type { ScratchPlace } from './scratch-place.ts';

/**
 * Roles that the SQL speaks of and a scratch server may lack. On the embedded server, where nobody else administers roles, a
 * missing one is made for the run and dropped behind it; on any other it is only named.
 */
export class ScratchRoles {
  readonly #keeper: Keeper;
  readonly #place: ScratchPlace;
  readonly #mark: RunMark;
  readonly #configured: string | undefined;
  readonly #made: string[] = [];
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

  /** Roles that were made for this run. */
  get made(): readonly string[] {
    return this.#made;
  }

  /** What is worth knowing of the roles, for people. */
  async notes(): Promise<string[]> {
    const missing = this.#configured !== undefined && (await this.own()) === undefined;
    const made = this.#made.map(displayIdentifier).join(', ');
    return [
      ...(missing
        ? [
            `the role ${this.#configured} of the configuration is not on the scratch server: the SQL ran there as ${this.#keeper.server.user}`,
          ]
        : []),
      ...(made ? [`roles that the scratch server lacked were made there for this run: ${made}`] : []),
    ];
  }

  /** Whether the failure was a missing role, which is there now: then what failed may be tried again. */
  async mend(problem: Problem | null): Promise<boolean> {
    const { server } = problem?.fields ?? {};
    const [, name] = /^role "(.+)" does not exist$/.exec(server?.message ?? '') ?? [];
    if (server?.sqlstate !== '42704' || name === undefined || !this.#place.embedded) return false;
    if (this.#made.includes(name)) return false;
    await this.#make(name);
    return true;
  }

  async drop(): Promise<void> {
    // What they owned or were granted went with the databases.
    for (const name of this.#made.splice(0)) await this.#keeper.dropRole(name);
  }

  async #findOwn(): Promise<string | undefined> {
    if (this.#configured === undefined) return undefined;
    const [row] = await this.#keeper.query('SELECT FROM pg_catalog.pg_roles WHERE rolname = $1', [this.#configured]);
    if (!row && this.#place.embedded) await this.#make(this.#configured);
    return row || this.#place.embedded ? this.#configured : undefined;
  }

  async #make(name: string): Promise<void> {
    await this.#keeper.createRole(name, this.#mark);
    this.#made.push(name);
  }
}
