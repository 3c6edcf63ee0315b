import type { GraphDocument } from './document.ts';
import { graphDot } from './dot.ts';
import type { DrawingOptions } from './drawing.ts';
import { graphMermaid } from './mermaid.ts';

type Render = (document: GraphDocument, options: DrawingOptions) => string | Promise<string>;

/** The formats besides text by the names of `--format`: whole documents that end with a line break. */
export const GRAPH_FORMATS = {
  json: (document) => `${JSON.stringify(document, undefined, 2)}\n`,
  mermaid: graphMermaid,
  dot: graphDot,
  // Its layout is loaded for nothing else.
  svg: async (document, options) => (await import('./svg.ts')).graphSvg(document, options),
} as const satisfies Readonly<Record<string, Render>>;

export type GraphFormat = keyof typeof GRAPH_FORMATS;
