/**
 * Runs something and looks every so often meanwhile, one look at a time. A look that is under way at the end is waited for, so
 * that what it does meets nothing that comes behind. What a look cannot tell is not worth a failure.
 */
export async function meanwhile<T>(everyMs: number, look: () => Promise<void>, run: () => Promise<T>): Promise<T> {
  let underWay: Promise<void> | undefined;
  const timer = setInterval(() => {
    underWay ??= look()
      .catch(() => {})
      .finally(() => {
        underWay = undefined;
      });
  }, everyMs);
  try {
    return await run();
  } finally {
    clearInterval(timer);
    await underWay;
  }
}
