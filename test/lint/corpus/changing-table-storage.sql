--- given
CREATE UNLOGGED TABLE scratchpad (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
--- unsafe: to the log
ALTER TABLE scratchpad SET LOGGED;
--- unsafe: no longer logged
ALTER TABLE payments SET UNLOGGED;
--- unsafe: another tablespace
ALTER TABLE public.orders SET TABLESPACE fast;
--- unsafe [server 15]: another access method
ALTER TABLE orders SET ACCESS METHOD columnar;
--- safe: parameters alone
ALTER TABLE orders SET (fillfactor = 90);
--- safe: a table that the file makes
CREATE UNLOGGED TABLE imports (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
ALTER TABLE imports SET LOGGED;
