import { FootprintReader } from '../footprint/migration.ts';
import type { ForwardNeed } from '../graph/forward.ts';
import { MigrationGraph } from '../graph/graph.ts';
import type { Learner } from '../known/known.ts';
import { findNeeded } from '../migration/find-version.ts';
import type { Migration } from '../migration/migration.ts';
import { Problem } from '../problem/problem.ts';
import type { ForwardWatch } from './forward-watch.ts';
import type { FileSet } from './rule.ts';
import type { InnerStatements } from './statement-subjects.ts';
import type { Reading } from './subject.ts';

export interface FileSetInput {
  readonly migrations: readonly Migration[];
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

  migration(version: string): Migration | undefined {
    return this.#input.migrations.find((one) => one.version === version);
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
