/** Gives equal values one small number, so that states are rows of integers and pure functions can be remembered. */
export class Table<T> {
  #ids = new Map<string, number>();
  #values: T[] = [];

  get size(): number {
    return this.#values.length;
  }

  id(value: T): number {
    const text = sortedJson(value);
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#ids.set(text, this.#values.length);
    this.#values.push(value);
    return this.#values.length - 1;
  }

  get(id: number): T {
    return this.#values[id]!;
  }
}

/** Remembers a pure function of up to three small numbers. */
export function remember<R>(work: (a: number, b: number, c: number) => R) {
  const known = new Map<number, R>();
  return (a: number, b = 0, c = 0): R => {
    const key = (a * 0x200000 + b) * 64 + c;
    let result = known.get(key);
    if (result === undefined) {
      result = work(a, b, c);
      known.set(key, result);
    }
    return result;
  };
}

function sortedJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(sortedJson).join()}]`;
  let text = '{';
  for (const key of Object.keys(value).sort()) text += `${key}:${sortedJson(value[key as keyof object])},`;
  return `${text}}`;
}
