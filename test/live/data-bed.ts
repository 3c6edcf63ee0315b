import type { Files } from '../support/cli.ts';

/** A table of so many rows with a number that each batch adds one to: a row that is met twice, or not at all, tells. */
export const requests = (rows: number): Files => ({
  'm/001_requests.sql': `-- Requests
CREATE TABLE requests (id bigint PRIMARY KEY, n integer NOT NULL DEFAULT 0, priority text);
INSERT INTO requests (id) SELECT i FROM generate_series(1, ${rows}) AS i;
-- ROLLBACK:
-- DROP TABLE requests;
`,
});

/** A data migration that adds one to each row. */
export function counting(
  headers = '-- Batch: requests by id',
  statement = 'UPDATE requests SET n = n + 1 WHERE :batch;',
): Files {
  return {
    'm/002_count.sql': `-- Count
-- Kind: data
${headers}
${statement}
-- VERIFY:
-- SELECT count(*) = 0 FROM requests WHERE n = 0;
-- ROLLBACK:
-- UPDATE requests SET n = n - 1 WHERE :batch;
`,
  };
}

/** How many rows have which number. */
export const COUNTED = 'SELECT n, count(*) FROM requests GROUP BY n ORDER BY n';
