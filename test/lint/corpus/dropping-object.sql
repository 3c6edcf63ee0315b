--- unsafe: a sequence
DROP SEQUENCE invoice_number;

--- unsafe: an extension
DROP EXTENSION IF EXISTS pgcrypto;

--- unsafe: a role
DROP ROLE shop_report;

--- safe: a sequence that the same file makes
CREATE SEQUENCE attempt;
DROP SEQUENCE attempt;


--- safe: a remark
COMMENT ON SEQUENCE invoice_number IS 'unused since release 4.2';
