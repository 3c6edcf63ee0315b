/** Lines around a change that stay. */
const CONTEXT = 2;
/** Two texts that have little in common are not compared for ever. */
const TIMEOUT_MS = 500;

/**
 * The lines that differ, in the unified format without its two heads, at most `linesMax` of them; '' where none does, or
 * where the texts have too little in common for it to say anything. The library is loaded at the first call.
 */
export async function lineDiff(before: string, after: string, linesMax = 20): Promise<string> {
  const { structuredPatch } = await import('diff');
  const patch = structuredPatch('', '', before, after, '', '', { context: CONTEXT, timeout: TIMEOUT_MS });
  const lines = (patch?.hunks ?? []).flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
    ...lines.filter((line) => !line.startsWith('\\')),
  ]);
  if (lines.length <= linesMax) return lines.join('\n');
  return [...lines.slice(0, linesMax - 1), `… (${lines.length - linesMax + 1} more lines)`].join('\n');
}
