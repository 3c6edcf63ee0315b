--- unsafe: ACCESS EXCLUSIVE, without saying so
LOCK TABLE orders;
--- unsafe: writes wait
LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE;
--- unsafe: without waiting for it
LOCK orders, payments IN EXCLUSIVE MODE NOWAIT;
--- unsafe: SHARE
LOCK TABLE ONLY public.orders IN SHARE MODE;
--- safe: it blocks neither reads nor writes
LOCK TABLE orders IN SHARE UPDATE EXCLUSIVE MODE;
--- safe: as a SELECT does
LOCK TABLE orders IN ACCESS SHARE MODE;
--- safe: a table that the file makes
CREATE TABLE imports (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
LOCK TABLE imports;
