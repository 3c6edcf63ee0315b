import { visible, visibleLine } from './visible.ts';

/** An element with its attributes, and what stands in it: elements, or text. */
export interface XmlElement {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly content?: readonly XmlElement[] | string;
}

export function xmlDocument(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, '').join('\n')}\n`;
}

function element({ name, attributes = {}, content = [] }: XmlElement, indent: string): string[] {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(String(value))}"`);
  const open = `${indent}<${name}${written.join('')}`;
  if (content.length === 0) return [`${open}/>`];
  if (typeof content === 'string') return [`${open}>${text(content)}</${name}>`];
  return [`${open}>`, ...content.flatMap((one) => element(one, `${indent}  `)), `${indent}</${name}>`];
}

function attribute(value: string): string {
  return escaped(visibleLine(value)).replaceAll('"', '&quot;');
}

function text(value: string): string {
  return escaped(visible(value));
}

/** Control characters are not of XML 1.0, not even as references; these two are what is left of them behind `visible`. */
function escaped(value: string): string {
  return value
    .replace(/[\uFFFE\uFFFF]/g, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
