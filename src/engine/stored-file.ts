const NAME = 'the SQL stored for ';

/** What stands for the file in messages about SQL that was stored when it was applied, because the file is gone. */
export function storedFileOf(version: string): string {
  return NAME + version;
}

export function isStored(file: string): boolean {
  return file.startsWith(NAME);
}
