/**
 * A text that is never shown: printing, logging or serialising it by mistake gives `***`. `origin` says where it came
 * from (PGPASSWORD, the password file, ...) and may be shown.
 */
export class Secret {
  readonly #text: string;
  readonly origin: string;

  constructor(text: string, origin: string) {
    this.#text = text;
    this.origin = origin;
  }

  /** The text itself, for the driver and for the gate that masks output; for nothing else. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '***';
  }
}
