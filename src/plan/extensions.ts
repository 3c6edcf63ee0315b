/** What the server says of one extension that a migration requires. */
export interface ExtensionState {
  readonly name: string;
  readonly installed: boolean;
  readonly available: boolean;
  /** This role could create it. */
  readonly creatable: boolean;
}

/** Why `Requires: extension NAME` does not hold, with the administrator's command; undefined where it holds. */
export function unmetRequirement(name: string, state: ExtensionState | undefined): string | undefined {
  if (state?.installed || (state?.available && state.creatable)) return undefined;
  if (!state?.available) {
    return `extension ${name} is not available on this server; its administrator installs the package that contains it`;
  }
  return `extension ${name} is available, but this role may not create it; an administrator runs: CREATE EXTENSION ${name};`;
}
