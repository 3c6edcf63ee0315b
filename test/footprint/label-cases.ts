/** A type, a label that is added to it, and statements that use that label, or do not. */
export const FILES = [
  "CREATE TYPE mood AS ENUM ('ok', 'sad');\nCREATE TABLE t (id int PRIMARY KEY, m mood, note text, others mood[]);\nCREATE TABLE u (id int, m text);",
  "ALTER TYPE mood ADD VALUE 'new';",
];

export const ON_LABEL: Readonly<Record<string, string>> = {
  'INSERT with names': "INSERT INTO t (id, m) VALUES (1, 'ok'), (2, 'new');",
  'INSERT without names': "INSERT INTO t VALUES (1, 'new');",
  'INSERT of a query': "INSERT INTO t (id, m) SELECT id, 'new' FROM u;",
  UPDATE: "UPDATE t SET m = 'new';",
  'UPDATE of several': "UPDATE t SET (id, m) = (1, 'new');",
  'UPDATE with CASE': "UPDATE t SET m = CASE WHEN id = 1 THEN 'new' ELSE m END;",
  'ON CONFLICT': "INSERT INTO t (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET m = 'new';",
  MERGE: "MERGE INTO t USING u ON t.id = u.id WHEN NOT MATCHED THEN INSERT (id, m) VALUES (u.id, 'new');",
  'WHERE in a view': "CREATE VIEW v AS SELECT id FROM t WHERE m = 'new';",
  IN: "CREATE VIEW v AS SELECT id FROM t AS x WHERE x.m NOT IN ('ok', 'new');",
  ANY: "CREATE VIEW v AS SELECT id FROM t WHERE m = ANY ('{ok, new}');",
  'the constant first': "CREATE VIEW v AS SELECT id FROM t WHERE 'new' = ANY (others);",
  BETWEEN: "CREATE VIEW v AS SELECT id FROM t WHERE m BETWEEN 'ok' AND 'new';",
  COALESCE: "CREATE VIEW v AS SELECT coalesce(m, 'new') AS m FROM t;",
  CASE: "CREATE VIEW v AS SELECT CASE m WHEN 'new' THEN 1 END AS i FROM t;",
  'a result of CASE': "CREATE VIEW v AS SELECT CASE WHEN id > 0 THEN 'new' ELSE m END AS m FROM t;",
  GREATEST: "CREATE VIEW v AS SELECT greatest(m, 'new') AS m FROM t;",
  'an array': "INSERT INTO t (id, others) VALUES (1, '{new}'), (2, ARRAY['ok']::mood[]);",
  'an argument':
    "CREATE FUNCTION f(m mood) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE VIEW v AS SELECT f('new') AS i;",
  'the bounds of a partition':
    "CREATE TABLE w (m mood) PARTITION BY LIST (m);\nCREATE TABLE w1 PARTITION OF w FOR VALUES IN ('ok', 'new');",
  'a cast': "CREATE VIEW v AS SELECT 'new'::mood AS m;",
  CHECK: "ALTER TABLE t ADD CHECK (m <> 'new');",
  'the predicate of an index': "CREATE INDEX ON t (id) WHERE m = 'new';",
  'a default': "ALTER TABLE t ALTER COLUMN m SET DEFAULT 'new';",
  'the default of a new column': "ALTER TABLE u ADD COLUMN n mood DEFAULT 'new';",
  'the default of a parameter': "CREATE FUNCTION f(m mood DEFAULT 'new') RETURNS int LANGUAGE sql AS 'SELECT 1';",
  'a variable': "DO $$ DECLARE m mood := 'new'; BEGIN NULL; END $$;",
  'what is assigned to a variable': "DO $$ DECLARE x mood; BEGIN x := 'new'; END $$;",
  'what is compared with a variable': "DO $$ DECLARE x mood; BEGIN IF x = 'new' THEN NULL; END IF; END $$;",
  'what is compared with a field': "DO $$ DECLARE r t%ROWTYPE; BEGIN IF r.m = 'new' THEN NULL; END IF; END $$;",
  'a domain': "CREATE DOMAIN d AS mood;\nCREATE TABLE w (m d DEFAULT 'new');",
};

export const NOT_ON_LABEL: Readonly<Record<string, string>> = {
  'another label': "INSERT INTO t (id, m) VALUES (1, 'sad');",
  'a text of the same row': "INSERT INTO t (id, m, note) VALUES (1, 'sad', 'new');",
  'a text of another table': "UPDATE u SET m = 'new';",
  'a text that is compared': "CREATE VIEW v AS SELECT m FROM t WHERE note = 'new';",
};
