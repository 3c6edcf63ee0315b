--- unsafe [whole]: nothing of the kind is in the file
-- Allow: ban-drop-table the table is unused
ALTER TABLE orders ADD COLUMN region text;
-- ROLLBACK:
-- ALTER TABLE orders DROP COLUMN region;

--- unsafe [whole]: no rule has that name
-- Allow: drop-tables the table is unused
ALTER TABLE orders ADD COLUMN region text;
-- ROLLBACK:
-- ALTER TABLE orders DROP COLUMN region;

--- safe [whole]: it accepts a finding
-- Allow: require-enum-value-ordering nobody sorts by the status
ALTER TYPE order_status ADD VALUE 'returned';
-- IRREVERSIBLE: labels cannot be removed

--- safe [whole]: it accepts a finding, by the name that squawk has for it
-- Allow: squawk:require-enum-value-ordering nobody sorts by the status
ALTER TYPE order_status ADD VALUE 'returned';
-- IRREVERSIBLE: labels cannot be removed
