/** Steps whose SQL needs others without naming them: keys of ON CONFLICT and GROUP BY, columns of USING, bodies bound early. */
import * as make from './blocks.ts';
import type { Step } from './step.ts';

export function* places(): Iterable<Step> {
  yield make.step('regions', 'CREATE TABLE regions (code text NOT NULL, name text NOT NULL);', 'DROP TABLE regions;');
  yield make.step(
    'regions have one code',
    'CREATE UNIQUE INDEX regions_code ON regions (code);',
    'DROP INDEX regions_code;',
  );
  yield make.step(
    'usual regions',
    "INSERT INTO regions (code, name) VALUES ('n', 'North'), ('s', 'South') ON CONFLICT (code) DO UPDATE SET name = excluded.name;",
    "DELETE FROM regions WHERE code IN ('n', 's');",
  );
  yield make.step(
    'places',
    'CREATE TABLE places (id integer NOT NULL, code text REFERENCES regions (code), label text);',
    'DROP TABLE places;',
  );
  yield make.step(
    'places have a key',
    'ALTER TABLE places ADD CONSTRAINT places_key PRIMARY KEY (id);',
    'ALTER TABLE places DROP CONSTRAINT places_key;\nALTER TABLE places ALTER id SET NOT NULL;',
  );
  yield make.step(
    'places by region',
    'CREATE VIEW places_by_region AS SELECT r.name, count(*) AS n FROM places JOIN regions r USING (code) GROUP BY r.name;',
    'DROP VIEW places_by_region;',
  );
  yield make.step(
    'places are labelled',
    'CREATE VIEW place_labels AS SELECT p.id, p.label, count(r.code) AS n FROM places p LEFT JOIN regions r USING (code) GROUP BY p.id;',
    'DROP VIEW place_labels;',
  );
  yield make.step(
    'function twice',
    "CREATE FUNCTION twice(x integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT x * 2';",
    'DROP FUNCTION twice(integer);',
  );
  yield make.step(
    'function twice of text',
    "CREATE FUNCTION twice(x text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT x || x';",
    'DROP FUNCTION twice(text);',
  );
  yield make.step(
    'function four_times',
    'CREATE FUNCTION four_times(x integer) RETURNS integer IMMUTABLE RETURN twice(twice(x));',
    'DROP FUNCTION four_times(integer);',
  );
  yield make.step(
    'places found by label',
    'CREATE INDEX places_label ON places (twice(label));',
    'DROP INDEX places_label;',
  );
  yield make.step(
    'places that were',
    `CREATE TABLE places_that_were (id integer, label text);
CREATE RULE kept AS ON DELETE TO places DO ALSO INSERT INTO places_that_were (id, label) VALUES (old.id, old.label);`,
    'DROP RULE kept ON places;\nDROP TABLE places_that_were;',
  );
  yield make.step(
    'labels and regions go together',
    'CREATE STATISTICS places_together ON code, label FROM places;',
    'DROP STATISTICS places_together;',
  );
}
