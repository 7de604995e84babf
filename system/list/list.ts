/** What a column holds, which decides how it is sorted and shown. Only `text` may be cut, and on a terminal alone. */
export type Kind = 'id' | 'version' | 'time' | 'count' | 'word' | 'text';

/** A value of a row; null and undefined are shown as `-` and sorted last. */
export type Value = string | number | boolean | null | undefined;

/** One column of a list. */
export interface Column<Row> {
  /** What `--columns`, `--sort` and the first line of CSV call it: `last-seen`. */
  name: string;
  value(row: Row): Value;
  /** `word` if not given. */
  kind?: Kind;
  /** What a table shows in place of the value. */
  show?(row: Row): string;
  /** Shown by `-o wide`, in CSV and when it is named, not otherwise. */
  isWide?: boolean;
  /** Left out, the first of them first, where a terminal is too narrow for all. */
  isSpare?: boolean;
}

/** Everything that a verb has to say about its list: the flags, the formats and the order come from it. */
export interface List<Row> {
  columns: readonly Column<Row>[];
  /** The sentence in place of an empty table. */
  none: string;
}
