--- unsafe: an index with a long name
CREATE INDEX CONCURRENTLY idx_orders_on_customer_id_and_status_and_created_at_and_reference_number ON orders (reference);
--- unsafe: a quoted name
ALTER TABLE orders ADD COLUMN "the number by which the department of accounting finds the order again" text;
--- unsafe: letters of more than one byte
ALTER TABLE orders ADD COLUMN größenabhängige_überführungsgebührenermäßigungsprüfungsbehörde text;
--- safe: 63 characters
ALTER TABLE orders ADD COLUMN a23456789012345678901234567890123456789012345678901234567890123 text;
--- safe: a long text is no name
COMMENT ON TABLE orders IS 'a_very_long_word_that_is_no_name_at_all_and_so_may_be_as_long_as_it_wants_to_be';
--- safe: two names joined by a point
ALTER TABLE public.orders ADD COLUMN reference_of_the_department_that_is_in_charge text;
