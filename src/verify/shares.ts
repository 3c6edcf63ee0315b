/** A run of migrations from `begin` to before `end`. */
export interface Share {
  readonly begin: number;
  readonly end: number;
}

/** What looking at a schema costs in relation to what one migration adds to it. */
const BASE = 40;

/**
 * Splits the migrations among so many jobs, each a run of neighbours. Later ones cost more, as there is more to look at; and
 * each job must first come to where its share begins.
 */
export function sharesOf(from: number, total: number, jobs: number): Share[] {
  const cost = (i: number) => BASE + i;
  const all = sum(from, total, cost);
  const shares: Share[] = [];
  let [begin, spent] = [from, 0];
  for (let i = from; i < total; i++) {
    spent += cost(i);
    if (spent < (all * (shares.length + 1)) / jobs && i + 1 < total) continue;
    shares.push({ begin, end: i + 1 });
    begin = i + 1;
  }
  return shares;
}

function sum(from: number, to: number, cost: (i: number) => number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += cost(i);
  return total;
}
