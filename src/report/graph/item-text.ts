import type { Style } from '../style.ts';
import { visibleLine, visibleName } from '../visible.ts';
import type { GraphDocument } from './document.ts';
import type { Direction, Tree } from './forest.ts';
import type { DrawnEdge, Item, LineKind } from './item.ts';
import { stateStyle } from './state-style.ts';
import { placedReason, type ShortName, whyText } from './words.ts';

export interface TextLook {
  readonly width: number;
  readonly style: Style;
}

export const LINES: Readonly<Record<LineKind, string>> = { declared: '──', inferred: '┄┄', weak: '··' };

/** Of other connections, before they are only counted. */
const ALSO_MAX = 4;

/** What is written of one item of a tree. */
export class ItemText {
  readonly #document: Pick<GraphDocument, 'versions'>;
  readonly #look: TextLook & { readonly all: boolean };
  readonly #short: ShortName;
  readonly #direction: Direction;

  constructor(
    document: Pick<GraphDocument, 'versions'>,
    look: TextLook & { readonly all: boolean },
    short: ShortName,
    direction: Direction,
  ) {
    this.#document = document;
    this.#look = look;
    this.#short = short;
    this.#direction = direction;
  }

  /** `009_orders  pending` */
  name({ kind, nodes }: Item): string {
    const { style } = this.#look;
    const [first, last] = [nodes[0]!, nodes.at(-1)!];
    const name =
      kind === 'single'
        ? visibleName(first.version)
        : style.faint(
            `… ${nodes.length} more, each on the one before: ${this.#short(first.version)} to ${this.#short(last.version)}`,
          );
    return [name, this.state(nodes[0]!.state)].filter((text) => text !== '').join(' ');
  }

  /** What is as it should be needs no word. */
  state(state: Item['nodes'][number]['state']): string {
    if (state === null || state === 'applied') return '';
    return stateStyle(state, this.#look.style)(state.replace('_', ' '));
  }

  /** Why it hangs where it is shown: of what was asked for, everything; else in a few words. */
  why({ by }: Tree): string[] {
    const [edge] = by?.edges ?? [];
    if (!by || !edge) return [];
    const named = this.#direction === 'needs' ? edge.from : edge.to;
    const beside = this.#direction === 'dependents' && by.from.kind === 'single';
    if (this.#look.all || this.#document.versions.includes(named))
      return edge.inferred.map((reason) => placedReason(reason, edge, this.#short, beside));
    const text = whyText(edge, this.#short, beside);
    return text === '' ? [] : [text];
  }

  /** What else it is connected to, with what lies on the side of the root. */
  also({ also }: Tree): string[] {
    if (also.length === 0) return [];
    const shown = this.#look.all ? also : also.slice(0, ALSO_MAX);
    const names = shown.map((edge) => {
      const object = edge.edges[0]!.inferred[0]?.object;
      return `${LINES[edge.kind]} ${this.#otherEnd(edge)}${object === undefined ? '' : ` ${visibleLine(object)}`}`;
    });
    const more = also.length > shown.length ? [`and ${also.length - shown.length} more`] : [];
    const begin = this.#direction === 'dependents' ? 'also on' : 'also needed by';
    return [`${begin} ${[...names, ...more].join(', ')}`];
  }

  /** A line for several that nothing hangs on: `5 that nothing stands on: 0088, 0134 (also on 0002), ...` */
  leaves(leaves: readonly Tree[]): string {
    const begin = this.#direction === 'dependents' ? 'also on' : 'also needed by';
    const names = leaves.map(({ item, also }) => {
      const others = also.map((edge) => this.#otherEnd(edge));
      return `${this.#short(item.nodes[0]!.version)}${others.length > 0 ? ` (${begin} ${others.join(', ')})` : ''}`;
    });
    const isRoot = leaves[0]!.by === undefined;
    const what = isRoot
      ? 'by themselves'
      : this.#direction === 'dependents'
        ? 'that nothing stands on'
        : 'that need nothing';
    const state = this.state(leaves[0]!.item.nodes[0]!.state);
    return `${leaves.length}${state === '' ? '' : ` ${state}`} ${what}: ${names.join(', ')}`;
  }

  /** Of a run the very one, not its first: that may have nothing to do with it. */
  #otherEnd({ edges }: DrawnEdge): string {
    const { from, to } = edges[0]!;
    return this.#short(this.#direction === 'dependents' ? to : from);
  }
}
