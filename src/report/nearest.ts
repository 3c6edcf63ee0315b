/**
 * The candidate that a misspelt word most probably meant, or undefined if none is close: at most one edit for words of
 * up to four letters, two for up to seven, three beyond. Case does not count; a transposition is one edit.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const allowed = word.length <= 4 ? 1 : word.length <= 7 ? 2 : 3;
  let best: string | undefined;
  let bestEdits = allowed + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestEdits) continue;
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < bestEdits) [best, bestEdits] = [candidate, edits];
  }
  return best ?? onlyOneThatBegins(word, candidates);
}

/** `mig` means `migrate` where nothing else begins so. */
function onlyOneThatBegins(word: string, candidates: readonly string[]): string | undefined {
  const those = word.length < 3 ? [] : candidates.filter((name) => name.toLowerCase().startsWith(word.toLowerCase()));
  return those.length === 1 ? those[0] : undefined;
}

/** Optimal string alignment: insertions, deletions, substitutions, and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) edits = Math.min(edits, before[j - 2]! + 1);
      next.push(edits);
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
