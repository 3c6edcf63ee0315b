/** A strict reader of the XML that our pictures consist of. */
import assert from 'node:assert/strict';

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of itself, with its references read. */
  text: string;
  readonly inside: Element[];
}

const TOKEN = /<(\/?)([A-Za-z][\w-]*)((?: [\w:-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
const REFERENCES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** All elements of a document, each before what lies in it; fails the test where it is not well-formed. */
export function xmlElements(document: string): Element[] {
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  assert.ok(document.startsWith(head));
  const source = document.slice(head.length);
  const open: Element[] = [];
  const found: Element[] = [];
  let end = 0;
  for (const [token, slash, name, attributes = '', empty, text] of source.matchAll(TOKEN)) {
    end += token.length;
    const top = open.at(-1);
    if (text !== undefined) {
      if (top) top.text += read(text);
      else assert.equal(text.trim(), '', 'text outside the document');
    } else if (slash) assert.equal(open.pop()?.name, name, `</${name}>`);
    else {
      const element = { name: name!, attributes: attributesOf(attributes), text: '', inside: [] };
      top?.inside.push(element);
      found.push(element);
      if (!empty) open.push(element);
    }
  }
  assert.equal(end, source.length, `not XML: ${source.slice(end, end + 60)}`);
  assert.deepEqual(open, []);
  return found;
}

function attributesOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/ ([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, read(value!)] as const);
  assert.equal(new Set(pairs.map(([key]) => key)).size, pairs.length, `an attribute stands twice: ${text}`);
  return Object.fromEntries(pairs);
}

function read(text: string): string {
  return text.replace(/&(\w*;)?/g, (whole, name: string | undefined) => {
    const found = REFERENCES[name?.slice(0, -1) ?? ''];
    assert.ok(found !== undefined, `no reference: ${whole}`);
    return found;
  });
}
