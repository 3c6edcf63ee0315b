import type { DataSpec } from '../../migration/data-spec.ts';
import type { Migration, Statement } from '../../migration/migration.ts';
import { type MigrationFile, readAs } from '../../plan/migration-file.ts';
import { Problem } from '../../problem/problem.ts';
import { beyondDatabase, madeRoles } from '../../sql/beyond-database.ts';

/** What a file of migrations is tried without. */
export interface LeftOutOfFile {
  /** Each as `CREATE ROLE in line 3: why`. */
  readonly statements: readonly string[];
  /** It has VERIFY queries, which may look for what was left out: they are not run. */
  readonly hasVerify: boolean;
}

/**
 * The statements that scratch databases do without, since they act on more than the database that they run in: on the whole
 * server, which others use as well, or on other servers. The other statements of their files are run.
 */
export class LeftOut {
  /** By the file's path as people know it. */
  readonly #files = new Map<string, { statements: Set<string>; hasVerify: boolean }>();

  /** The statement is to be left out of that file, and is remembered as such. */
  passes(file: string, { sql, words, line }: Pick<Statement, 'sql' | 'words' | 'line'>): boolean {
    const why = beyondDatabase(sql, words);
    if (why === undefined) return false;
    const what = words[0] === 'DO' ? 'DO' : words.slice(0, 2).join(' ');
    this.#of(file).statements.add(`${what} in line ${line}: ${why}`);
    return true;
  }

  of(file: string): LeftOutOfFile | undefined {
    const found = this.#files.get(file);
    return found && { statements: [...found.statements], hasVerify: found.hasVerify };
  }

  /** For people, a line a file. */
  notes(told: ReadonlySet<string> = new Set()): string[] {
    return [...this.#files]
      .filter(([file]) => !told.has(file))
      .map(([file, { statements }]) => `left out on the scratch server: ${file}: ${[...statements].join('; ')}`);
  }

  /** The file without them, its way back as well. */
  without(file: MigrationFile): MigrationFile {
    let stripped: Migration | undefined;
    return readAs(file, () => (stripped ??= this.#strip(file.load())));
  }

  #strip(migration: Migration): Migration {
    const { file, statements, rollback, large, verify } = migration;
    const kept = (some: readonly Statement[]) => some.filter((one) => !this.passes(file, one));
    const { data } = migration;
    if (data?.code) this.#of(file).statements.add(CODE);
    const stripped: Migration = {
      ...migration,
      ...(data?.code ? { data: withoutCode(data) } : {}),
      statements: kept(statements),
      rollback: rollback.kind === 'sql' ? { ...rollback, statements: kept(rollback.statements) } : rollback,
      ...(large ? { large: { ...large, statements: () => this.#keptOf(file, large.statements()) } } : {}),
    };
    if (!this.#files.has(file)) return stripped;
    this.#of(file).hasVerify ||= verify.length > 0;
    return { ...stripped, verify: [] };
  }

  *#keptOf(file: string, statements: Iterable<Statement>): Generator<Statement> {
    for (const one of statements) if (!this.passes(file, one)) yield one;
  }

  #of(file: string) {
    const known = this.#files.get(file) ?? { statements: new Set(), hasVerify: false };
    this.#files.set(file, known);
    return known;
  }
}

/** What its statements tell is tried: that the table and the columns are there. */
const CODE = 'the code of its batches, and so whatever it calls';

function withoutCode({ code: _, ...others }: DataSpec): DataSpec {
  return others;
}

/** The roles that the files make, which are made for the run where the server lacks them. */
export function rolesOf(files: readonly MigrationFile[]): string[] {
  return [...new Set(files.flatMap(rolesIn))];
}

/** Of a file with faults planning complains. */
function rolesIn(file: MigrationFile): string[] {
  try {
    return file.load().statements.flatMap(({ sql, words }) => madeRoles(sql, words));
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}
