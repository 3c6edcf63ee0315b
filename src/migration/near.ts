/** The number of single-character edits (insert, delete, replace, swap neighbours) between two words; `limit` + 1 if more. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = nextRow(a, b, i, row, before);
    [before, row] = [row, next];
  }
  return Math.min(row[b.length] ?? 0, limit + 1);
}

function nextRow(a: string, b: string, i: number, row: readonly number[], before: readonly number[]): number[] {
  const next = [i];
  const at = (list: readonly number[], j: number) => list[j] ?? 0;
  for (let j = 1; j <= b.length; j++) {
    const replaced = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
    let edits = Math.min(at(next, j - 1) + 1, at(row, j) + 1, replaced);
    const swapped = i > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
    if (swapped) edits = Math.min(edits, at(before, j - 2) + 1);
    next.push(edits);
  }
  return next;
}

/** Whether a word is probably a misspelling of another; case does not count. Short words allow one edit, longer ones two. */
export function isNear(word: string, meant: string): boolean {
  const limit = Math.min(2, Math.floor(word.length / 3));
  return editDistance(word.toLowerCase(), meant.toLowerCase(), limit) <= limit;
}
