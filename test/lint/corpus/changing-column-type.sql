--- given
CREATE TABLE "Wish List" ("Customer Id" bigint, "Größe" text, a_column_whose_name_is_so_long_that_it_will_be_cut_somewhere text);
CREATE TABLE parts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code varchar(50),
  title varchar(50) CHECK (title <> ''),
  weight numeric(10, 2),
  amount integer,
  at timestamp(3),
  lasts interval(3),
  flags varbit(8),
  origin cidr,
  free text
);
--- unsafe: integer to bigint
ALTER TABLE parts ALTER COLUMN amount TYPE bigint;
--- unsafe: with USING
ALTER TABLE users ALTER COLUMN age TYPE text USING age::text;
--- unsafe: an enum to text
ALTER TABLE orders ALTER COLUMN status TYPE text;
--- unsafe: json to jsonb
ALTER TABLE users ALTER COLUMN settings SET DATA TYPE jsonb USING settings::jsonb;
--- unsafe: a shorter varchar
ALTER TABLE parts ALTER COLUMN code TYPE varchar(20);
--- unsafe: text to a limited varchar
ALTER TABLE parts ALTER COLUMN free TYPE varchar(100);
--- unsafe: another scale
ALTER TABLE parts ALTER COLUMN weight TYPE numeric(12, 4);
--- unsafe: the values stay, the check is verified again
ALTER TABLE parts ALTER COLUMN title TYPE varchar(100);
--- unsafe: a table of which nothing is known
ALTER TABLE somewhere ALTER COLUMN something TYPE bigint;
--- unsafe: bigint back to integer
ALTER TABLE public.order_items ALTER COLUMN order_id TYPE integer;
--- unsafe: fewer digits of a second
ALTER TABLE orders ALTER COLUMN shipped_at TYPE timestamptz(0);
--- unsafe: names in quotes
ALTER TABLE "Wish List" ALTER COLUMN "Customer Id" TYPE integer;
--- safe: a longer varchar
ALTER TABLE parts ALTER COLUMN code TYPE varchar(100);
--- safe: varchar without a limit
ALTER TABLE parts ALTER COLUMN code TYPE varchar;
--- safe: varchar to text
ALTER TABLE parts ALTER COLUMN code TYPE text;
--- safe: more digits before the point
ALTER TABLE parts ALTER COLUMN weight TYPE numeric(12, 2);
--- safe: numeric without limits
ALTER TABLE parts ALTER COLUMN weight TYPE numeric;
--- safe: cidr to inet
ALTER TABLE parts ALTER COLUMN origin TYPE inet;
--- safe: more bits
ALTER TABLE parts ALTER COLUMN flags TYPE varbit(16);
--- safe: no limit of an interval
ALTER TABLE parts ALTER COLUMN lasts TYPE interval;
--- safe: a table that the file makes
CREATE TABLE refunds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount numeric(10, 2) NOT NULL);
ALTER TABLE refunds ALTER COLUMN amount TYPE text;
