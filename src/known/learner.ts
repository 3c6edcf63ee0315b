import type { SyntaxTree } from '../syntax/tree.ts';
import type { Learner } from './known.ts';
import { atFileStart, learn } from './learn.ts';
import { KnownSchema } from './schema.ts';
import type { Made } from './table.ts';

/** Learns from one statement after the other. */
export class SchemaLearner implements Learner {
  #known: KnownSchema;
  readonly #path: readonly string[];

  /** `searchPath`: the schemas of the search_path that each file begins with; by default as in `known`. */
  constructor(known: KnownSchema = new KnownSchema(), searchPath: readonly string[] = known.contents.path) {
    this.#known = known;
    this.#path = searchPath;
  }

  get known(): KnownSchema {
    return this.#known;
  }

  beginFile(): void {
    this.#known = atFileStart(this.#known, this.#path);
  }

  learn(tree: SyntaxTree, made: Made): void {
    this.#known = learn(this.#known, tree, made);
  }

  fork(): SchemaLearner {
    return new SchemaLearner(this.#known, this.#path);
  }
}
