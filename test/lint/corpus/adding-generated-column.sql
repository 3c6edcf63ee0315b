--- unsafe: computed and stored for every row
ALTER TABLE order_items ADD COLUMN amount numeric GENERATED ALWAYS AS (price * quantity) STORED;
--- unsafe [server 16]: a search vector
ALTER TABLE orders ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('english', coalesce(note, ''))) STORED;
--- safe [server 18]: computed when it is read
ALTER TABLE order_items ADD COLUMN amount numeric GENERATED ALWAYS AS (price * quantity) VIRTUAL;
--- safe: an ordinary column, for a trigger to fill
ALTER TABLE order_items ADD COLUMN amount numeric;
--- safe: a table that the file makes
CREATE TABLE lines (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  price numeric NOT NULL,
  amount numeric GENERATED ALWAYS AS (price * 2) STORED
);
