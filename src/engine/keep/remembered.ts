import type { Destruction } from '../../backup/destruction.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Row } from '../../postgres/row.ts';
import type { Session } from '../../postgres/session.ts';
import { quoteQualified } from '../../sql/quote.ts';
import { ASKED, type FileSettings, isOwnRole, settingsAsked } from './own-path.ts';
import type { Relation } from './relations.ts';
import type { Taking } from './taking.ts';
import { rowTakings } from './takings.ts';

/** A statement of rows, of whose table everything is known. */
export interface Remembered {
  readonly takings: readonly Taking[];
  readonly file: FileSettings;
  readonly rowSecurity: string;
}

type OfRows = Extract<Destruction, { kind: 'delete' | 'update' | 'upsert' }>;

interface Known {
  /** Of the catalog, when it was read. */
  readonly print: string;
  readonly relation: Relation;
}

/**
 * The tables whose rows the statements of one transaction have taken, so that a thousand small ones do not read the catalog a
 * thousand times. Whether it still says the same is asked each time: its rows have other places when they are written again.
 */
export class RememberedRelations {
  readonly #known = new Map<string, Known>();
  /** What was asked last, and is to be learned. */
  #asked: { readonly oid: string; readonly print: string } | undefined;

  /** One question; undefined where the catalog has to be read, or the role is not that of the run. */
  async look(session: Session, destruction: Destruction): Promise<Remembered | undefined> {
    this.#asked = undefined;
    if (!isOfRows(destruction)) return undefined;
    const { schema, name } = destruction.table;
    const written = schema === undefined ? quoteQualified(name) : quoteQualified(schema, name);
    const { results } = await session.batch([[ASKED, { ...PRINT, params: [written] }]]);
    const [before, found] = [results[0]?.[0]?.rows[0] ?? {}, results[0]?.[1]?.rows[0] ?? {}];
    return isOwnRole(before) ? this.#recall(session, destruction, before, found) : undefined;
  }

  async #recall(
    session: Session,
    destruction: OfRows,
    before: Row,
    { oid, print, persistence }: Row,
  ): Promise<Remembered | undefined> {
    const settings = { file: settingsAsked(before), rowSecurity: before.row_security ?? 'on' };
    if (persistence === 't') return { takings: [], ...settings };
    if (!oid || !print) return undefined;
    const known = this.#known.get(oid);
    if (known?.print !== print) {
      this.#asked = { oid, print };
      return undefined;
    }
    const takings = await rowTakings(session, known.relation, destruction);
    return { takings, ...settings };
  }

  /** The catalog has been read for what was looked for last. */
  learn(takings: readonly Taking[]): void {
    const found = takings.find(({ relation }) => relation.oid === this.#asked?.oid);
    if (found && this.#asked) this.#known.set(this.#asked.oid, { print: this.#asked.print, relation: found.relation });
  }
}

function isOfRows(destruction: Destruction): destruction is OfRows {
  const { kind, block } = destruction;
  if (block !== undefined) return false;
  // The columns of a constraint are asked for under our own path.
  return kind === 'delete' || kind === 'update' || (kind === 'upsert' && typeof destruction.conflict !== 'string');
}

const SAME = 'OPERATOR(pg_catalog.=)';

/** Asked under the path of the file, so that every operator is named. Foreign keys have triggers on both tables. */
const PRINT: BatchItem = {
  name: 'taskflow_keep_print',
  rows: true,
  sql: `SELECT c.oid, c.relpersistence AS persistence, pg_catalog.concat_ws(' ', c.relname, c.relnamespace, c.relkind, c.relhasrules,
  (SELECT pg_catalog.string_agg(a.ctid::pg_catalog.text, '' ORDER BY a.ctid) FROM pg_catalog.pg_attribute AS a WHERE a.attrelid ${SAME} c.oid), '/',
  (SELECT pg_catalog.string_agg(g.ctid::pg_catalog.text, '' ORDER BY g.ctid) FROM pg_catalog.pg_trigger AS g WHERE g.tgrelid ${SAME} c.oid), '/',
  (SELECT pg_catalog.string_agg(x.ctid::pg_catalog.text, '' ORDER BY x.ctid) FROM pg_catalog.pg_index AS x WHERE x.indrelid ${SAME} c.oid), '/',
  (SELECT pg_catalog.string_agg(i.ctid::pg_catalog.text, '' ORDER BY i.ctid) FROM pg_catalog.pg_inherits AS i WHERE i.inhparent ${SAME} c.oid)) AS print
FROM pg_catalog.pg_class AS c WHERE c.oid ${SAME} pg_catalog.to_regclass($1)::pg_catalog.oid`,
};
