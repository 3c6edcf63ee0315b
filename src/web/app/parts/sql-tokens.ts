import { nextToken, type TokenKind } from '../../../sql/lexer.ts';

/** A piece of SQL and how it is coloured. */
export interface SqlPiece {
  readonly kind: 'plain' | 'keyword' | 'string' | 'number' | 'comment' | 'name';
  readonly text: string;
}

const KEYWORDS = new Set(
  `ADD ALL ALTER ALWAYS ANALYZE AND ANY AS ASC BEFORE AFTER BEGIN BETWEEN BY CALL CASCADE CASE CHECK CLUSTER COLUMN COMMENT COMMIT
CONCURRENTLY CONSTRAINT COPY CREATE CROSS CURRENT_TIMESTAMP DATABASE DATA DECLARE DEFAULT DEFERRABLE DELETE DESC DISTINCT DO DROP EACH
ELSE ELSIF END ENUM EXCEPTION EXCLUDE EXECUTE EXISTS EXTENSION FALSE FETCH FILTER FOR FOREIGN FROM FULL FUNCTION GENERATED GRANT GROUP
HAVING IDENTITY IF IMMUTABLE IN INCLUDE INDEX INHERITS INNER INSERT INTERSECT INTO IS JOIN KEY LANGUAGE LATERAL LEFT LIKE LIMIT LOCK
LOOP MATERIALIZED MERGE NATURAL NEW NO NOT NOTHING NULL NULLS OF OFFSET OLD ON ONLY OPTION OR ORDER OUTER OVER OWNED OWNER PARTITION
PERFORM POLICY PRIMARY PRIVILEGES PROCEDURE PUBLIC RAISE RECURSIVE REFERENCES REFRESH REINDEX RENAME REPLACE RESTRICT RETURN RETURNING
RETURNS REVOKE RIGHT ROLE ROLLBACK ROW ROWS SCHEMA SECURITY SELECT SEQUENCE SET SETOF SHARE SOME STABLE STORED STRICT TABLE TABLESPACE
TEMPORARY THEN TO TRIGGER TRUE TRUNCATE TYPE UNION UNIQUE UNLOGGED UPDATE USING VACUUM VALID VALIDATE VALUES VIEW VOLATILE WHEN WHERE
WHILE WINDOW WITH WITHOUT`.split(/\s+/),
);

const KINDS: Readonly<Partial<Record<TokenKind, SqlPiece['kind']>>> = {
  'line-comment': 'comment',
  'block-comment': 'comment',
  string: 'string',
  number: 'number',
  parameter: 'number',
  'quoted-name': 'name',
};

/** SQL in pieces, by the lexer that the migrations are read with. What it cannot read (a file with a fault) stays plain. */
function sqlPieces(text: string): SqlPiece[] {
  const pieces: SqlPiece[] = [];
  for (let at = 0; ; ) {
    const token = tokenAt(text, at);
    if (!token) return at < text.length ? [...pieces, { kind: 'plain', text: text.slice(at) }] : pieces;
    const said = text.slice(token.start, token.end);
    pieces.push(...(isBody(token.kind, said) ? bodyPieces(said) : [{ kind: kindOf(token.kind, said), text: said }]));
    at = token.end;
  }
}

function tokenAt(text: string, at: number) {
  try {
    const token = nextToken(text, at, true);
    return token === 'incomplete' ? undefined : token;
  } catch {
    return undefined; // a quote or a comment that never ends
  }
}

function kindOf(kind: TokenKind, said: string): SqlPiece['kind'] {
  if (kind === 'word') return KEYWORDS.has(said.toUpperCase()) ? 'keyword' : 'plain';
  return KINDS[kind] ?? 'plain';
}

function isBody(kind: TokenKind, said: string): boolean {
  return kind === 'string' && said.startsWith('$');
}

/** Between its tags a function's body is read as SQL, too. */
function bodyPieces(said: string): SqlPiece[] {
  const tag = said.slice(0, said.indexOf('$', 1) + 1);
  const inside = said.slice(tag.length, said.length - tag.length);
  return [{ kind: 'string', text: tag }, ...sqlPieces(inside), { kind: 'string', text: tag }];
}

/** The same, line by line. */
export function sqlLines(text: string): SqlPiece[][] {
  const lines: SqlPiece[][] = [[]];
  for (const { kind, text: said } of sqlPieces(text)) {
    for (const [i, part] of said.split('\n').entries()) {
      if (i > 0) lines.push([]);
      if (part !== '') lines.at(-1)!.push({ kind, text: part });
    }
  }
  return lines;
}
