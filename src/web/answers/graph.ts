import * as v from 'valibot';
import type { Answer } from './frozen.ts';
import { count, orNull, problem, state, text } from './shapes.ts';

export const PARTS = ['whole', 'from', 'impact', 'around'] as const;
const node = v.object({
  version: text,
  file: orNull(text),
  description: text,
  state: orNull(state),
  read: v.boolean(),
  unknown: v.array(v.object({ line: count, why: text })),
});
const manner = v.picklist(['creates', 'changes', 'drops', 'reads']);
const placed = v.object({ manner, line: count });

export const graphAnswer = v.object({
  part: v.picklist(PARTS),
  versions: v.array(text),
  source: v.picklist(['database', 'files']),
  database: orNull(text),
  unasked: orNull(text),
  nodes: v.array(node),
  edges: v.array(
    v.object({
      from: text,
      to: text,
      declared: v.boolean(),
      weak: v.boolean(),
      implied: v.boolean(),
      inferred: v.array(
        v.object({
          text,
          object: text,
          kind: text,
          path: v.array(text),
          weak: v.boolean(),
          later: placed,
          earlier: placed,
        }),
      ),
    }),
  ),
  doubtful: v.array(node),
  complaints: v.array(problem),
});

export type GraphAnswer = Answer<typeof graphAnswer>;
