/** Sets of migrations as branches leave them behind: twins, late ones, dependencies by version and by number, gaps. */

export interface RandomFile {
  readonly version: string;
  readonly number: number;
  /** As written in its header. */
  readonly depends: readonly string[];
  readonly applied: boolean;
}

/** Numbers from 0 up to `below`, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** `files` of them; what is applied depends only on what is applied. */
export function randomSet(random: (below: number) => number, files: number): RandomFile[] {
  const set: RandomFile[] = [];
  let number = 1;
  for (let i = 0; i < files; i++) {
    number = Math.max(1, number + [1, 1, 1, 2, 0, 0, -2][random(7)]!);
    const separator = random(5) === 0 ? '-' : '_';
    const version = `${String(number).padStart(3, '0')}${separator}${String.fromCharCode(97 + random(26))}${i}`;
    const applied = random(3) > 0;
    set.push({ version, number, depends: dependsOf(set, applied, random), applied });
  }
  return set;
}

function dependsOf(set: readonly RandomFile[], applied: boolean, random: (below: number) => number): string[] {
  const may = set.filter((one) => one.applied || !applied);
  const chosen = new Set(Array.from({ length: random(3) }, () => may[random(Math.max(1, may.length))]));
  return [...chosen].flatMap((one) => {
    if (!one) return [];
    const isOnly = set.filter(({ number }) => number === one.number).length === 1;
    return [isOnly && random(3) === 0 ? String(one.number) : one.version];
  });
}

/** The one that a header's word means, if there is just one. */
export function meant(set: readonly Pick<RandomFile, 'version' | 'number'>[], text: string): string | undefined {
  const exact = set.filter(({ version }) => version === text);
  const found = exact.length > 0 || !/^\d+$/.test(text) ? exact : set.filter(({ number }) => number === Number(text));
  return found.length === 1 ? found[0]?.version : undefined;
}
