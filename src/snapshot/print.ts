import type { ObjectType } from '../catalog/object-types.ts';
import { OWN_NAMES } from '../ledger/layout/own-objects.ts';
import type { BatchItem } from '../postgres/pipeline.ts';
import type { Session } from '../postgres/session.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { partsOf, type SnapshotOptions, settings } from './options.ts';
import { partPrint } from './part.ts';

/**
 * A short text that is the same for the same schema, and another for another one: what a snapshot holds, hashed on the server.
 * Much cheaper than a snapshot where it is asked for again and again. Two schemas that compare as equal may have different
 * prints all the same (a set in another order): only equal prints prove anything.
 */
export class SchemaPrint {
  readonly #items: readonly BatchItem[];

  private constructor(options: SnapshotOptions, queries: readonly Query[]) {
    const items = queries.flatMap((query) => (query.type === 'column' ? [NO_LOOPS, query.item, LOOPS] : [query.item]));
    this.#items = [SAVEPOINT, ...settings(options), ...items, BACK, RELEASE];
  }

  /** Leaves out what the role of the session may not read. The session stands in no transaction, before and behind it. */
  static async of(session: Session, options: SnapshotOptions): Promise<SchemaPrint> {
    const allowed: Query[] = [];
    for (const query of queriesOf(options)) {
      const { failure } = await session.runBatch([[...settings(options), query.item]]);
      if (!failure) allowed.push(query);
      else if (failure.error.code !== DENIED) throw failure.error;
    }
    return new SchemaPrint(options, allowed);
  }

  /** In the session's open transaction, which goes on as it was. Throws the driver's DatabaseError. */
  async take(session: Session): Promise<string> {
    const { results } = await session.batch([this.#items]);
    return (results[0] ?? [])
      .map(({ rows }) => rows[0]?.print ?? '')
      .join(' ')
      .replace(/ +/g, ' ');
  }
}

interface Query {
  readonly type: ObjectType;
  readonly item: BatchItem;
}

function queriesOf(options: SnapshotOptions): Query[] {
  return partsOf(options).map((part, i) => ({
    type: part.type,
    // Kept under a name: to plan them takes longer than to run them.
    item: { name: `taskflow_print_${i}`, sql: inlined(partPrint(part, options.major, options), options), rows: true },
  }));
}

const DENIED = '42501';

const SAVEPOINT: BatchItem = { sql: 'SAVEPOINT taskflow_print' };
/** With it the settings go back to what they were. */
const BACK: BatchItem = { sql: 'ROLLBACK TO SAVEPOINT taskflow_print' };
const RELEASE: BatchItem = { sql: 'RELEASE SAVEPOINT taskflow_print' };

/** The server takes comments on columns for rare, having seen none, and would go through all of them for each column. */
const NO_LOOPS: BatchItem = { sql: 'SET LOCAL enable_nestloop = off' };
const LOOPS: BatchItem = { sql: 'SET LOCAL enable_nestloop = on' };

/** Without parameters a prepared statement has one plan from the first time on. */
function inlined(sql: string, { trackingSchema }: SnapshotOptions): string {
  return sql
    .replaceAll('$1', () => quoteLiteral(trackingSchema))
    .replaceAll('$2', () => quoteLiteral(OWN_NAMES.source));
}
