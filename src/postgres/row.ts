/** One row of an answer: values as the server's text, NULL as null. */
export type Row = Readonly<Record<string, string | null>>;
