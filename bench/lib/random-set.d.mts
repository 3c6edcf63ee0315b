/** Writes `count` files into `folder`. */
export function writeRandomSet(folder: string, count: number, seed?: number): void;
