--- unsafe [whole]: the rule finds nothing in the file
-- Allow: ban-drop-table the table is unused
ALTER TABLE orders ADD COLUMN region text;

-- IRREVERSIBLE: a case

--- unsafe [whole]: a rule that is misspelt
-- Allow: ban-drop-tabel the table is unused
ALTER TABLE orders ADD COLUMN region text;

-- IRREVERSIBLE: a case

--- safe [whole]: it accepts what is found
-- Allow: require-concurrent-index-creation a window at night
CREATE INDEX orders_total ON orders (total);

-- IRREVERSIBLE: a case

--- safe [whole]: by the name that another linter has for it
-- Allow: squawk:require-concurrent-index-creation a window at night
CREATE INDEX orders_total ON orders (total);

-- IRREVERSIBLE: a case
