/** The relations that the samples of the table of facts name. */
import type { Known } from '../../src/known/known.ts';
import { learned } from '../known/bed.ts';

/** For a server of that major version. */
export function bedSql(major: number): string {
  return [
    BED,
    major >= 15 ? 'CREATE ACCESS METHOD other_heap TYPE TABLE HANDLER heap_tableam_handler;' : '',
    major >= 18 ? BED_18 : '',
  ].join('\n');
}

const BED = `
CREATE SCHEMA elsewhere;
CREATE SCHEMA attic;
CREATE TABLE attic.stowed (id int);
CREATE VIEW attic.stowed_view AS SELECT id FROM attic.stowed;
CREATE DOMAIN dropped AS int;
CREATE TABLE domained (a dropped, b int);
INSERT INTO domained VALUES (1, 2);
CREATE FUNCTION trigger_two() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE DOMAIN any_number AS int;
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN score AS int;
ALTER DOMAIN score ADD CONSTRAINT score_loose CHECK (VALUE > -100) NOT VALID;
CREATE SEQUENCE lonely;
CREATE SEQUENCE counter;
CREATE TABLE ticket (id int DEFAULT nextval('counter'));
INSERT INTO ticket DEFAULT VALUES;
CREATE FUNCTION volatile_one() RETURNS float LANGUAGE sql VOLATILE AS 'SELECT random()';
CREATE FUNCTION trigger_one() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';

CREATE TABLE alone (id int CONSTRAINT alone_pkey PRIMARY KEY, note text);
INSERT INTO alone VALUES (1, 'a'), (2, 'b');
CREATE UNLOGGED TABLE unlogged (id int CONSTRAINT unlogged_pkey PRIMARY KEY);
INSERT INTO unlogged VALUES (1);
CREATE TABLE keyless (id int NOT NULL, code int NOT NULL, other int);
CREATE UNIQUE INDEX keyless_code_idx ON keyless (code);
CREATE UNIQUE INDEX keyless_other_idx ON keyless (other);
INSERT INTO keyless VALUES (1, 1, 1), (2, 2, 2);
CREATE TABLE scored (points score);
INSERT INTO scored VALUES (1);
CREATE TABLE plain (id int CONSTRAINT plain_pkey PRIMARY KEY, note text);
INSERT INTO plain VALUES (1, 'a'), (2, 'b');
CREATE TABLE plain_twin (id int NOT NULL, note text);
CREATE VIEW plain_view AS SELECT id, note FROM plain;
CREATE VIEW lower_view AS SELECT id FROM keyless;
CREATE VIEW upper_view AS SELECT id FROM lower_view;
CREATE MATERIALIZED VIEW stored AS SELECT id, note FROM plain;
CREATE UNIQUE INDEX stored_id_idx ON stored (id);

CREATE TABLE counted (id int CONSTRAINT counted_pkey PRIMARY KEY, n serial);
INSERT INTO counted VALUES (1);
CREATE TABLE ancestor (id int, note text);
CREATE TABLE heir () INHERITS (ancestor);
INSERT INTO ancestor VALUES (1);
INSERT INTO heir VALUES (2);
CREATE TABLE keyed (id int CONSTRAINT keyed_pkey PRIMARY KEY) PARTITION BY LIST (id);
CREATE TABLE keyed_one PARTITION OF keyed FOR VALUES IN (1, 2);
INSERT INTO keyed VALUES (1), (2);
CREATE TABLE keyed_none PARTITION OF keyed FOR VALUES IN (7);
CREATE TABLE keyed_two (id int NOT NULL);
INSERT INTO keyed_two VALUES (3);
CREATE UNLOGGED TABLE unlogged_counted (n serial);
INSERT INTO unlogged_counted VALUES (1);
CREATE TABLE first (id int CONSTRAINT first_pkey PRIMARY KEY);
INSERT INTO first VALUES (1), (2);
CREATE TABLE linked (id int CONSTRAINT linked_fkey REFERENCES first) PARTITION BY LIST (id);
CREATE TABLE linked_one PARTITION OF linked FOR VALUES IN (1);
INSERT INTO linked VALUES (1);
CREATE TABLE linked_two (id int);
INSERT INTO linked_two VALUES (2);
CREATE TABLE tied (id int) PARTITION BY LIST (id);
CREATE TABLE tied_one PARTITION OF tied FOR VALUES IN (1);
INSERT INTO tied VALUES (1);
ALTER TABLE tied_one ADD CONSTRAINT tied_one_fkey FOREIGN KEY (id) REFERENCES first;
CREATE TABLE farther (id int CONSTRAINT farther_pkey PRIMARY KEY CONSTRAINT farther_fkey REFERENCES first);
INSERT INTO farther VALUES (1);
CREATE TABLE farthest (id int CONSTRAINT farthest_fkey REFERENCES farther);
CREATE INDEX keyed_id_idx ON keyed (id);
CREATE TABLE keyholder (id int CONSTRAINT keyholder_fkey REFERENCES keyed);
INSERT INTO keyholder VALUES (1);
CREATE TABLE referenced (id int CONSTRAINT referenced_pkey PRIMARY KEY,
  code varchar(50) NOT NULL CONSTRAINT referenced_code_key UNIQUE);
INSERT INTO referenced VALUES (1, 'one'), (2, 'two'), (3, 'three');
CREATE TABLE target (
  id int CONSTRAINT target_pkey PRIMARY KEY,
  name varchar(50), note text, fixed char(10), amount int, big bigint, price numeric(10,2),
  happened timestamp, happened_short timestamp(3), happened_tz timestamptz, took interval(3),
  data json, mood mood, bits bit(8), flags varbit(8), label varchar(50), marked varchar(50), network cidr, words text[], tags varchar(50)[],
  checked int CONSTRAINT target_checked_check CHECK (checked > 0),
  checked_name varchar(50) CONSTRAINT target_checked_name_check CHECK (checked_name <> ''),
  proven int CONSTRAINT target_proven_check CHECK (proven IS NOT NULL),
  loose int,
  solo int NOT NULL,
  referenced_id int CONSTRAINT target_referenced_fkey REFERENCES referenced,
  referenced_code varchar(50) CONSTRAINT target_referenced_code_fkey REFERENCES referenced (code),
  loose_id int,
  numbered int GENERATED BY DEFAULT AS IDENTITY,
  doubled int GENERATED ALWAYS AS (solo * 2) STORED);
INSERT INTO target (id, name, note, fixed, amount, big, price, happened, happened_short, happened_tz, took, data, mood, bits, flags, network, words, checked, checked_name, proven, loose, solo, referenced_id, referenced_code, loose_id)
  SELECT n, 'n', 'n', 'n', n, n, n, now(), now(), now(), '1 day', '{}', 'glad', '10101010', '1010', '10.0.0.0/8', '{a}', n, 'n', n, n, n, n, CASE n WHEN 1 THEN 'one' ELSE 'two' END, n FROM generate_series(1, 2) AS n;
ALTER TABLE target ADD CONSTRAINT target_loose_check CHECK (loose > 0) NOT VALID;
ALTER TABLE target ADD CONSTRAINT target_loose_fkey FOREIGN KEY (loose_id) REFERENCES referenced NOT VALID;
CREATE INDEX target_name_idx ON target (name);
CREATE INDEX target_label_idx ON target (lower(label));
CREATE INDEX target_marked_idx ON target (big) WHERE marked <> '';
CREATE UNIQUE INDEX target_solo_idx ON target (solo);
CREATE TABLE referencing (target_id int CONSTRAINT referencing_target_fkey REFERENCES target);
INSERT INTO referencing VALUES (1);
CREATE TRIGGER ticket_trigger AFTER INSERT ON ticket FOR EACH ROW EXECUTE FUNCTION trigger_two();
CREATE TRIGGER target_trigger AFTER INSERT ON target FOR EACH ROW EXECUTE FUNCTION trigger_one();
CREATE POLICY target_policy ON target USING (loose > 0);
CREATE RULE target_rule AS ON DELETE TO target DO ALSO NOTHING;
CREATE STATISTICS target_statistics ON amount, big FROM target;
CREATE PUBLICATION published;

CREATE TABLE regions (region text NOT NULL, id int NOT NULL, note text, amount int CONSTRAINT regions_amount_check CHECK (amount > 0)) PARTITION BY LIST (region);
CREATE TABLE region_one PARTITION OF regions FOR VALUES IN ('one');
CREATE TABLE region_rest PARTITION OF regions DEFAULT;
INSERT INTO regions VALUES ('one', 1, 'x', 1), ('rest', 2, 'x', 2);
ALTER TABLE regions ADD CONSTRAINT regions_loose_check CHECK (id > 0) NOT VALID;
CREATE TABLE halves (region text NOT NULL, id int NOT NULL, note text, amount int) PARTITION BY LIST (region);
CREATE TABLE first_half PARTITION OF halves FOR VALUES IN ('first');
CREATE TABLE second_half PARTITION OF halves FOR VALUES IN ('second');
INSERT INTO halves VALUES ('first', 1, 'x', 1), ('second', 2, 'x', 2);
CREATE TABLE indexed (id int) PARTITION BY LIST (id);
CREATE TABLE indexed_one PARTITION OF indexed FOR VALUES IN (1);
CREATE INDEX indexed_only_idx ON ONLY indexed (id);
CREATE INDEX indexed_one_idx ON indexed_one (id);
CREATE TABLE stranger (region text NOT NULL, id int NOT NULL, note text, amount int CONSTRAINT regions_amount_check CHECK (amount > 0),
  CONSTRAINT regions_loose_check CHECK (id > 0));
INSERT INTO stranger VALUES ('third', 3, 'x', 3);
CREATE TABLE proven_stranger (region text NOT NULL CONSTRAINT proven_stranger_check CHECK (region = 'third'), id int NOT NULL, note text, amount int);
INSERT INTO proven_stranger VALUES ('third', 3, 'x', 3);
`;

const BED_18 = `
CREATE TABLE virtual (id int, doubled int GENERATED ALWAYS AS (id * 2) VIRTUAL);
INSERT INTO virtual (id) VALUES (1);
ALTER TABLE target ADD CONSTRAINT target_loose_not_null NOT NULL loose NOT VALID;
ALTER TABLE target ADD CONSTRAINT target_waived_fkey FOREIGN KEY (solo) REFERENCES referenced NOT ENFORCED;
`;

/** What is known of the bed on a server of that major version. */
export function bedKnown(major: number): Known {
  const known = beds.get(major) ?? learned(bedSql(major));
  beds.set(major, known);
  return known;
}

const beds = new Map<number, Known>();
