--- unsafe: with a CHECK
CREATE DOMAIN positive_amount AS numeric(10, 2) CHECK (value > 0);

--- unsafe: with NOT NULL
CREATE DOMAIN required_text AS text NOT NULL;

--- unsafe: with a CHECK that has a name, and a default
CREATE DOMAIN tax_rate AS numeric(4, 3) DEFAULT 0.19 CONSTRAINT tax_rate_range CHECK (value BETWEEN 0 AND 1);

--- safe: a name for a type
CREATE DOMAIN phone_number AS text;

--- safe: with a default alone
CREATE DOMAIN visits AS bigint DEFAULT 0;
