import { folderOfDatabase } from './folder-name.ts';

/** The other way of folderOfDatabase: the database whose backups are in a folder of that name; undefined where it is none of ours. */
export function databaseOfFolder(folder: string): string | undefined {
  try {
    const database = decodeURIComponent(folder);
    return database !== '' && folderOfDatabase(database) === folder ? database : undefined;
  } catch {
    return undefined;
  }
}
