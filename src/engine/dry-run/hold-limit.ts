/** The longest that one try may hold what it has locked. */
export class HoldLimit {
  readonly limitMs: number;
  /** The time was over: what runs was cancelled. */
  reached = false;
  #timer: NodeJS.Timeout | undefined;
  #begun = 0;

  /** `limitMs` 0: no limit. */
  constructor(limitMs: number) {
    this.limitMs = limitMs;
  }

  begin(cancel: () => void): void {
    this.end();
    this.reached = false;
    this.#begun = performance.now();
    if (this.limitMs === 0) return;
    this.#timer = setTimeout(() => {
      this.reached = true;
      cancel();
    }, this.limitMs);
  }

  /** Of the try that has begun. */
  get leftMs(): number {
    return Math.max(0, this.limitMs - (performance.now() - this.#begun));
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
