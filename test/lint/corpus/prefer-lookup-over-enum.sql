--- unsafe: a new enum
CREATE TYPE priority AS ENUM ('low', 'high');
--- unsafe: in a schema
CREATE TYPE app.priority AS ENUM ('low', 'high');
--- safe: a table of values
CREATE TABLE IF NOT EXISTS app.priorities (name text PRIMARY KEY);
COMMENT ON TABLE app.priorities IS 'How urgent something can be';
--- safe: another type
CREATE TYPE app.span AS RANGE (subtype = float8);
