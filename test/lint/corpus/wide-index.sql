--- unsafe: four columns
CREATE INDEX CONCURRENTLY orders_search_idx ON orders (status, currency, created_at, total);
--- unsafe: five, in a new table
CREATE TABLE hits (id bigint PRIMARY KEY, a text, b text, c text, d text, e text);
CREATE INDEX hits_idx ON hits (a, b, c, d, e);
--- safe: three columns
CREATE INDEX CONCURRENTLY orders_search_idx ON orders (status, currency, total);
--- safe: unique
CREATE TABLE hits (id bigint PRIMARY KEY, a text, b text, c text, d text);
CREATE UNIQUE INDEX hits_idx ON hits (a, b, c, d);
--- safe: gin searches each by itself
CREATE TABLE hits (id bigint PRIMARY KEY, a text[], b text[], c text[], d text[]);
CREATE INDEX hits_idx ON hits USING gin (a, b, c, d);
