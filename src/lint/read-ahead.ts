import type { Migration, Statement } from '../migration/migration.ts';
import type { Parsed, ParseStatement } from '../syntax/tree.ts';
import { worthReading } from './worth-reading.ts';

/** So many take about 20 ms. */
const IN_A_ROW = 250;

/**
 * Reads statements many in a row, before the rules look at the first of them: one at a time between the rules, each takes three
 * times as long, since the processor has forgotten the parser meanwhile (measured).
 */
export class ReadAhead {
  readonly #parse: ParseStatement;
  readonly #statements: readonly Statement[];
  readonly #places: ReadonlyMap<Statement, number>;
  /** What nobody has asked for yet; it does not hold the trees of the whole run. */
  #read = new Map<Statement, Parsed>();

  /** `migrations` in the order in which they are looked at; of those that are not judged, nobody asks for the rollback. */
  constructor(parse: ParseStatement, migrations: readonly Migration[], judged: ReadonlySet<string>) {
    this.#parse = parse;
    this.#statements = migrations
      .flatMap((one) => [...one.statements, ...(judged.has(one.version) ? rollbackOf(one) : [])])
      .filter(worthReading);
    this.#places = new Map(this.#statements.map((statement, place) => [statement, place]));
  }

  /** For one of the migrations or from elsewhere; to be asked once for each. */
  of(statement: Statement): Parsed {
    const place = this.#places.get(statement);
    if (place === undefined) return this.#parse(statement.sql);
    const parsed = this.#read.get(statement) ?? this.#readFrom(place);
    this.#read.delete(statement);
    return parsed;
  }

  #readFrom(place: number): Parsed {
    const next = this.#statements.slice(place, place + IN_A_ROW);
    this.#read = new Map(next.map((statement) => [statement, this.#parse(statement.sql)]));
    return this.#read.get(next[0]!)!;
  }
}

function rollbackOf({ rollback }: Migration): readonly Statement[] {
  return rollback.kind === 'sql' ? rollback.statements : [];
}
