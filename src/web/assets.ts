import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Problem } from '../problem/problem.ts';
import { Refusal } from './refusal.ts';

interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  readonly zipped: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The files of the page, in memory: a new version that is installed meanwhile changes nothing for who has it open. */
export class Assets {
  readonly #files: ReadonlyMap<string, Asset>;

  private constructor(files: ReadonlyMap<string, Asset>) {
    this.#files = files;
  }

  /** Reads the folder that scripts/build.mjs has written. Problem `internal` where it is not there. */
  static read(folder: string): Assets {
    try {
      const names = readdirSync(folder).filter((name) => TYPES[extname(name)] !== undefined);
      return new Assets(new Map(names.map((name) => [`/${name}`, assetAt(join(folder, name))])));
    } catch (cause) {
      throw new Problem('internal', `the page of the console is not there: ${folder}`, {
        cause,
        next: ['Install taskflow-db anew; in a clone: node scripts/build.mjs'],
      });
    }
  }

  /** Every path without an ending is the page itself, which knows what to show there. */
  send(method: string, path: string, request: IncomingMessage, response: ServerResponse): void {
    if (method !== 'GET' && method !== 'HEAD')
      throw new Refusal(405, 'method-refused', 'This address takes GET.', { Allow: 'GET, HEAD' });
    const isPage = !path.startsWith('/assets/');
    const asset = this.#files.get(isPage ? '/index.html' : path.slice('/assets'.length));
    if (!asset) throw new Refusal(404, 'not-found', 'There is no such file.');
    const takesZipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    const body = takesZipped ? asset.zipped : asset.plain;
    response.writeHead(200, {
      'Content-Type': asset.type,
      'Content-Length': body.length,
      Vary: 'Accept-Encoding',
      // Their names hold a hash of what is in them; the page names them.
      'Cache-Control': isPage ? 'no-store' : 'public, max-age=31536000, immutable',
      ...(takesZipped ? { 'Content-Encoding': 'gzip' } : {}),
    });
    response.end(method === 'HEAD' ? undefined : body);
  }
}

function assetAt(path: string): Asset {
  const plain = readFileSync(path);
  return { type: TYPES[extname(path)]!, plain, zipped: gzipSync(plain) };
}
