import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Files } from '../support/cli.ts';

/** What a test's service is asked, and how it answers. */
export interface Service {
  readonly url: string;
  /** The texts of each request that was answered well, in their order. */
  readonly answered: string[][];
  requests: number;
}

/** A service that makes a vector of each text: how many characters it has. `before` may answer a request itself. */
export async function withService<T>(
  use: (service: Service) => Promise<T>,
  before: (request: number, texts: readonly string[], answer: ServerResponse) => boolean | Promise<boolean> = () =>
    false,
): Promise<T> {
  const answered: string[][] = [];
  const service = { url: '', answered, requests: 0 };
  const server = createServer((request, answer) => {
    void read(request).then(async (body) => {
      const texts = JSON.parse(body) as string[];
      service.requests++;
      if (await before(service.requests, texts, answer)) return;
      answered.push(texts);
      answer.end(JSON.stringify(texts.map((text) => [text.length, 0.5])));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  try {
    return await use(service);
  } finally {
    await closed(server);
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Documents of so many rows; n counts how often a row was written. */
export const documents = (rows: number): Files => ({
  'm/001_documents.sql': `-- Documents
CREATE TABLE documents (id bigint PRIMARY KEY, title text NOT NULL, embedding float8[], n integer NOT NULL DEFAULT 0);
INSERT INTO documents (id, title) SELECT i, repeat('x', (i % 7)::integer) FROM generate_series(1, ${rows}) AS i;
-- ROLLBACK:
-- DROP TABLE documents;
`,
});

/** A data migration whose code has a service make the vectors. */
export function embedding(url: string, headers = '', body = ''): Files {
  return {
    'm/002_embed.ts': `// Fill documents.embedding
// Kind: data
// Batch: documents by id
// Columns: title, n
// Writes: embedding, n
// Where: embedding IS NULL
${headers}
import type { DataBatch } from 'taskflow-db';

interface Document {
  id: string;
  title: string;
  n: number;
}

export const batch: DataBatch<Document & Record<string, unknown>> = async (rows, context) => {
  ${body}
  const answer = await context.fetch('${url}', { method: 'POST', body: JSON.stringify(rows.map((row) => row.title)) });
  const vectors = (await answer.json()) as number[][];
  return rows.map((row, i) => ({ id: row.id, embedding: vectors[i]!, n: row.n + 1 }));
};

// VERIFY:
// SELECT count(*) = 0 FROM documents WHERE embedding IS NULL;

// ROLLBACK:
// UPDATE documents SET embedding = NULL, n = n - 1 WHERE :batch;
`,
  };
}

/** How many rows were written how often, and how many of them with what belongs to their title. */
export const WRITTEN =
  'SELECT n, count(*), count(*) FILTER (WHERE embedding[1] = length(title)) FROM documents GROUP BY n ORDER BY n';
