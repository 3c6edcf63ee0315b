import { FootprintReader } from '../footprint/migration.ts';
import type { ForwardNeed } from '../graph/forward.ts';
import { MigrationGraph } from '../graph/graph.ts';
import type { Learner } from '../known/known.ts';
import { findNeeded, type MayReplace } from '../migration/find-version.ts';
import type { Migration } from '../migration/migration.ts';
import { Problem } from '../problem/problem.ts';
import type { ForwardWatch } from './forward-watch.ts';
import type { FileSet } from './rule.ts';
import type { InnerStatements } from './statement-subjects.ts';
import type { Reading } from './subject.ts';

export interface FileSetInput {
  readonly migrations: readonly Migration[];
  /** What a `Depends:` header may name: these, and what is applied or cannot be read. */
  readonly versions: readonly MayReplace[];
  /** As it is before the first of them: it is asked once, and learns. */
  readonly learner: Learner;
  readonly reading: Pick<Reading, 'parse'>;
  readonly innerStatements: InnerStatements;
  readonly forward: ForwardWatch;
}

/** Reads what all of the files do when the first rule asks for it: few need to know. */
export class JudgedSet implements FileSet {
  readonly #input: FileSetInput;
  #graph: MigrationGraph | undefined;
  #folders: FileSet['folders'] | undefined;
  #byVersion: ReadonlyMap<string, Migration> | undefined;
  readonly #needed = new Map<string, string | Problem>();
  #forward: FileSet['forward'] | undefined;

  constructor(input: FileSetInput) {
    this.#input = input;
  }

  get graph(): MigrationGraph {
    this.#graph ??= graphOf(this.#input);
    return this.#graph;
  }

  /** Complete when the last file has been read. */
  get forward(): FileSet['forward'] {
    this.#forward ??= byVersion(this.#input.forward.needs());
    return this.#forward;
  }

  get folders(): FileSet['folders'] {
    this.#folders ??= new Set(this.#input.migrations.map(({ file }) => folderOf(file)));
    return this.#folders;
  }

  readonly needed = (text: string): string | Problem => {
    let needed = this.#needed.get(text);
    if (needed === undefined) {
      const found = findNeeded(this.#input.versions, text);
      needed = found instanceof Problem ? found : found.version;
      this.#needed.set(text, needed);
    }
    return needed;
  };

  readonly dependsOf = (version: string): readonly string[] => {
    const needed = this.migration(version)?.headers.depends.map(this.needed) ?? [];
    return needed.filter((one): one is string => !(one instanceof Problem));
  };

  migration(version: string): Migration | undefined {
    this.#byVersion ??= new Map(this.#input.migrations.map((one) => [one.version, one]));
    return this.#byVersion.get(version);
  }
}

function graphOf({ migrations, learner, reading, innerStatements }: FileSetInput): MigrationGraph {
  const reader = new FootprintReader({ parse: reading.parse, inner: innerStatements }, learner);
  return new MigrationGraph(
    migrations.map((migration) => ({
      version: migration.version,
      file: migration.file,
      description: migration.description,
      depends: migration.headers.depends.flatMap((text) => {
        const found = findNeeded(migrations, text);
        return found instanceof Problem ? [] : [found.version];
      }),
      footprint: reader.read(migration),
    })),
  );
}

function byVersion(needs: readonly ForwardNeed[]): ReadonlyMap<string, readonly ForwardNeed[]> {
  const map = new Map<string, ForwardNeed[]>();
  for (const one of needs) map.set(one.version, [...(map.get(one.version) ?? []), one]);
  return map;
}

/** Of a path as people see it. */
export function folderOf(file: string): string {
  return file.slice(0, file.search(/[^/\\]*$/));
}
