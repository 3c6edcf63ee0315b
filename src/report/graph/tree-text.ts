import { widthOf, wrap } from '../width.ts';
import type { Tree } from './forest.ts';
import { type ItemText, LINES, type TextLook } from './item-text.ts';

export interface TreeLook extends TextLook {
  /** What nothing hangs on shares a line with others of its kind. */
  readonly many: boolean;
}

/** Of the width, for what stands before a name: what is deeper is shown by itself, behind its tree. */
const INDENT_SHARE = 0.45;
const INDENT = 4;
/** Stands for a space at which no line is broken. */
const KEPT = '\u{E000}';
/** So many leaves share a line. */
const LEAVES_MIN = 2;

/** A branch, or several leaves in one line. */
type Twig = readonly [Tree, ...Tree[]];

interface Place {
  readonly twig: Twig;
  /** What stands before its own first line, and before all others up to the next of its siblings. */
  readonly first: string;
  readonly rest: string;
}

/** Trees with lines between what hangs together, at most as wide as the look allows, as long as a name fits. */
export function treeLines(forest: readonly Tree[], texts: ItemText, look: TreeLook): string[] {
  return new TreeText(texts, look).lines(forest);
}

class TreeText {
  readonly #texts: ItemText;
  readonly #look: TreeLook;

  constructor(texts: ItemText, look: TreeLook) {
    this.#texts = texts;
    this.#look = look;
  }

  lines(forest: readonly Tree[]): string[] {
    const lines: string[] = [];
    const open = this.#twigsOf(forest)
      .reverse()
      .map((twig) => ({ twig, isContinued: false }));
    for (let next = open.pop(); next; next = open.pop()) {
      const deep: Tree[] = [];
      lines.push(...this.#tree(next.twig, next.isContinued, deep));
      open.push(...deep.reverse().map((tree) => ({ twig: [tree] as const, isContinued: true })));
    }
    return lines;
  }

  /** `deep`: gets what has no room. */
  #tree(root: Twig, isContinued: boolean, deep: Tree[]): string[] {
    const lines: string[] = [];
    const places: Place[] = [{ twig: root, first: '', rest: '' }];
    for (let place = places.pop(); place; place = places.pop()) {
      const [tree] = place.twig;
      const branches = place.twig.length > 1 ? [] : this.#twigsOf(tree.branches);
      const isDeep = branches.length > 0 && place.rest.length + INDENT > this.#look.width * INDENT_SHARE;
      if (isDeep) deep.push(tree);
      if (isContinued && lines.length === 0) lines.push(this.#continued(tree));
      else lines.push(...this.#twig(place, branches.length > 0 && !isDeep, isDeep));
      if (!isDeep) places.push(...branches.map((twig, i) => below(place, twig, i === branches.length - 1)).reverse());
    }
    return lines;
  }

  #continued({ item }: Tree): string {
    return `${this.#texts.name(item)} ${this.#look.style.faint('(from above)')}`;
  }

  #twig({ twig, first, rest }: Place, hasBranches: boolean, isDeep: boolean): string[] {
    const { width, style } = this.#look;
    const [tree] = twig;
    if (twig.length > 1) return this.#wrapped(this.#texts.leaves(twig), first, `${rest}  `, (text) => text);
    const inside = `${rest}${hasBranches ? '│' : ' '}   `;
    const name = `${first}${this.#texts.name(tree.item)}${isDeep ? ` ${style.faint('(goes on below)')}` : ''}`;
    const [why, ...others] = joined(this.#texts.why(tree), this.#texts.also(tree), width - widthOf(inside));
    const fits = why !== undefined && widthOf(name) + 2 + widthOf(why) <= width;
    const more = [...(fits || why === undefined ? [] : [why]), ...others];
    return [
      fits ? `${name}  ${style.faint(why)}` : name,
      ...more.flatMap((text) => this.#wrapped(text, inside, `${inside}  `, style.faint)),
    ];
  }

  #wrapped(text: string, first: string, rest: string, paint: (text: string) => string): string[] {
    const room = this.#look.width - Math.max(widthOf(first), widthOf(rest));
    const kept = text.replace(/(──|┄┄|··) /g, `$1${KEPT}`);
    return wrap(kept, room)
      .split('\n')
      .map((line, i) => `${i === 0 ? first : rest}${paint(line.replaceAll(KEPT, ' '))}`);
  }

  /** Where there are many, leaves of one kind and state in one line: the first of the branches, the last of the trees. */
  #twigsOf(branches: readonly Tree[]): Twig[] {
    const groups = new Map<string, Tree[]>();
    for (const tree of this.#look.many ? branches.filter(isLeaf) : []) {
      const key = `${tree.by?.kind} ${tree.item.nodes[0]!.state}`;
      groups.set(key, [...(groups.get(key) ?? []), tree]);
    }
    const large = [...groups.values()].filter(({ length }) => length >= LEAVES_MIN).map(twigOf);
    const grouped = new Set(large.flat());
    const single = branches.filter((tree) => !grouped.has(tree)).map((tree): Twig => [tree]);
    return branches[0]?.by === undefined ? [...single, ...large] : [...large, ...single];
  }
}

function twigOf([first, ...others]: readonly Tree[]): Twig {
  return [first!, ...others];
}

/** What fits into one line stands in one. */
function joined(why: readonly string[], also: readonly string[], room: number): string[] {
  const both = [...why, ...also].join('; ');
  return why.length === 1 && also.length === 1 && widthOf(both) <= room ? [both] : [...why, ...also];
}

function below({ rest }: Place, twig: Twig, isLast: boolean): Place {
  const line = LINES[twig[0].by!.kind];
  return { twig, first: `${rest}${isLast ? '└' : '├'}${line} `, rest: `${rest}${isLast ? ' ' : '│'}   ` };
}

function isLeaf({ item, branches }: Tree): boolean {
  return branches.length === 0 && item.kind === 'single';
}
