--- unsafe: a version that no file has
-- Depends: 099_nobody
CREATE VIEW open_orders AS SELECT 1 AS id;
--- unsafe: a number that nothing has
-- Depends: 99
CREATE VIEW open_orders AS SELECT 1 AS id;
--- unsafe: a number that two files have
-- Depends: 004
CREATE VIEW open_orders AS SELECT 1 AS id;
--> 004_refunds.sql
CREATE VIEW refunds AS SELECT 1 AS id;
--> 004_returns.sql
CREATE VIEW returned AS SELECT 1 AS id;
--- unsafe: two that need each other
-- Depends: 003_returns
CREATE VIEW open_orders AS SELECT 1 AS id;
--> 003_returns.sql
-- Depends: 002_case
CREATE VIEW returned AS SELECT 1 AS id;
--- unsafe: itself
-- Depends: 002
CREATE VIEW open_orders AS SELECT 1 AS id;
--- safe: a version
-- Depends: 001_given
CREATE VIEW open_orders AS SELECT 1 AS id;
--- safe: a number
-- Depends: 1
CREATE VIEW open_orders AS SELECT 1 AS id;
--- safe: the whole version, where two have the number
-- Depends: 004_refunds
CREATE VIEW open_orders AS SELECT 1 AS id;
--> 004_refunds.sql
CREATE VIEW refunds AS SELECT 1 AS id;
--> 004_returns.sql
CREATE VIEW returned AS SELECT 1 AS id;
