--- given
CREATE TABLE sessions (token text NOT NULL, device text NOT NULL, user_id bigint, account_id bigint, created_at timestamptz);
CREATE UNIQUE INDEX CONCURRENTLY sessions_token_idx ON sessions (token);
CREATE UNIQUE INDEX CONCURRENTLY sessions_user_id_idx ON sessions (user_id);
--- unsafe: builds its index
ALTER TABLE sessions ADD PRIMARY KEY (device);
--- unsafe: with a name, over a column that may be NULL
ALTER TABLE sessions ADD CONSTRAINT sessions_pk PRIMARY KEY (account_id);
--- unsafe: several columns
ALTER TABLE public.sessions ADD PRIMARY KEY (device, account_id);
--- unsafe: of an index, but the column may be NULL
ALTER TABLE sessions ADD CONSTRAINT sessions_pkey PRIMARY KEY USING INDEX sessions_user_id_idx;
--- safe: of an index, the column is NOT NULL
ALTER TABLE sessions ADD CONSTRAINT sessions_pkey PRIMARY KEY USING INDEX sessions_token_idx;
--- safe: the index, concurrently
CREATE UNIQUE INDEX CONCURRENTLY sessions_pkey ON sessions (created_at, token);
--- safe: a table that the file makes
CREATE TABLE refunds (id bigint NOT NULL, amount numeric NOT NULL);
ALTER TABLE refunds ADD PRIMARY KEY (id);
