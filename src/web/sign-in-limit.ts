/** Wrong links in a row before an address is locked out. */
const ATTEMPTS_MAX = 10;
const LOCKED_MS = 15 * 60_000;
const ADDRESSES_MAX = 1000;

interface Attempts {
  failed: number;
  last: number;
}

/** Who has tried wrong links, and how often: after ten of them no link of that address is looked at for 15 minutes. */
export class SignInLimit {
  readonly #attempts = new Map<string, Attempts>();

  /** Whole seconds until the address may try again; 0: now. */
  lockedFor(address: string, now: number): number {
    const one = this.#attempts.get(address);
    if (!one || one.failed < ATTEMPTS_MAX) return 0;
    return Math.max(0, Math.ceil((one.last + LOCKED_MS - now) / 1000));
  }

  failed(address: string, now: number): void {
    const one = this.#attempts.get(address);
    const isOver = !one || now - one.last > LOCKED_MS;
    this.#attempts.delete(address);
    this.#attempts.set(address, { failed: isOver ? 1 : one.failed + 1, last: now });
    const [oldest] = this.#attempts.keys();
    if (this.#attempts.size > ADDRESSES_MAX && oldest !== undefined) this.#attempts.delete(oldest);
  }

  succeeded(address: string): void {
    this.#attempts.delete(address);
  }
}
