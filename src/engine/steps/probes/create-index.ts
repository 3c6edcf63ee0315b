import type { Row } from '../../../postgres/row.ts';
import { displayIdentifier, quoteIdentifier, quoteQualified } from '../../../sql/quote.ts';
import type { QualifiedName } from '../../../sql/token-reader.ts';
import { type Ask, done, type Facts, halfDone, notDone, type Probe } from './probe.ts';

/**
 * CREATE INDEX CONCURRENTLY. A build that fails or is cut off leaves an INVALID index under the final name (manual, CREATE
 * INDEX, "Building Indexes Concurrently"): the next try would fail on the name, or with IF NOT EXISTS take it for done.
 * Ours is what was not there before the first try; an index of that name that was there is somebody else's.
 */
export function createIndexProbe({ name, table }: { name: string | undefined; table: QualifiedName }): Probe {
  const relation = table.schema === undefined ? quoteIdentifier(table.name) : quoteQualified(table.schema, table.name);
  return {
    before: async (ask) => ({ indexes: (await indexesOf(ask, relation, name)).map((index) => index.oid) }),
    outcome: async (ask, before) => {
      const made = (await indexesOf(ask, relation, name)).filter((index) => !wasThere(index, before));
      const invalid = made.filter((index) => index.valid !== 't');
      if (invalid.length > 0) {
        const names = invalid.map((index) => index.name ?? '');
        const half = halfDone(
          `the index ${names.join(', ')} is there, but INVALID`,
          names.map((index) => `DROP INDEX CONCURRENTLY IF EXISTS ${index}`),
        );
        return { ...half, indexes: invalid.map((index) => index.oid ?? '') };
      }
      const [valid] = made;
      if (valid) return done(`the index ${valid.name} is there and valid`);
      return notDone(`the index ${name === undefined ? '' : `${displayIdentifier(name)} `}is not there`);
    },
    fault: async (ask, before) => {
      const found = await indexesOf(ask, relation, name);
      const invalid = found.find((index) => index.valid !== 't' && (name !== undefined || !wasThere(index, before)));
      return invalid && faultOf(invalid, wasThere(invalid, before));
    },
  };
}

function wasThere({ oid }: Row, { indexes }: Facts): boolean {
  return Array.isArray(indexes) && indexes.includes(oid);
}

function faultOf({ name }: Row, foreign: boolean): { what: string; next: string } {
  const what = `the index ${name} is there, but INVALID`;
  if (!foreign) return { what, next: 'Run migrate again: it drops the index and builds it anew.' };
  return {
    what: `${what}, and was so before this migration: it was not made by it`,
    next: `Drop it (DROP INDEX CONCURRENTLY ${name};) or mend it (REINDEX INDEX CONCURRENTLY ${name};), then run migrate again.`,
  };
}

/** Those of that name on the table, or all of the table where the statement gives no name; the names are quoted. */
function indexesOf(ask: Ask, relation: string, name: string | undefined): Promise<Row[]> {
  return ask(
    `SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name, i.indisvalid AS valid
FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE i.indrelid = pg_catalog.to_regclass($1)::oid AND ($2::text IS NULL OR c.relname = $2) ORDER BY c.oid`,
    [relation, name ?? null],
  );
}
