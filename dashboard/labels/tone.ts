/** How good or bad something is, which a signal shows by its color and the position of its lamp. */
export type Tone = 'go' | 'caution' | 'stop' | 'moving' | 'dark';

/** What a table has for a key from the server; a newer server may send keys that the table does not have. */
export function lookUp<T>(table: Readonly<Record<string, T>>, key: string, otherwise: T): T {
  return Object.hasOwn(table, key) ? table[key]! : otherwise;
}
