import type { Point } from '../../../report/graph/boxes.ts';

/** The path of a line through the middles between the points, and round at the points; there are two at least. */
export function smooth(points: readonly Point[]): string {
  const [first, ...others] = points;
  const last = others.at(-1)!;
  const bends = others.slice(0, -1).map((point, i) => {
    const next = others[i + 1]!;
    const end = i === others.length - 2 ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${point.x} ${point.y} ${end.x} ${end.y}`;
  });
  return `M${first!.x} ${first!.y} ${bends.length > 0 ? bends.join(' ') : `L${last.x} ${last.y}`}`;
}
