--- given
CREATE TABLE lines (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  price numeric NOT NULL,
  amount numeric GENERATED ALWAYS AS (price * 2) STORED,
  shown numeric GENERATED ALWAYS AS (price * 3) VIRTUAL
);
--- unsafe: every value is computed again
ALTER TABLE lines ALTER COLUMN amount SET EXPRESSION AS (price * 4);
--- unsafe [server 17]: since 17
ALTER TABLE public.lines ALTER amount SET EXPRESSION AS (price + 1);
--- safe: a virtual column
ALTER TABLE lines ALTER COLUMN shown SET EXPRESSION AS (price * 5);
--- safe: no longer generated
ALTER TABLE lines ALTER COLUMN amount DROP EXPRESSION;
