const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Bytes in three digits: `48.2 MiB`. */
export function bytes(count: number): string {
  const step = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(count) / 10));
  const value = count / 1024 ** step;
  return `${step === 0 ? value : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${units[step]}`;
}

/** A number with its thousands separated: `100,000`. */
export function count(value: number): string {
  return value.toLocaleString('en');
}

/** A count of things: `1 host`, `2 hosts`. */
export function countOf(value: number, thing: string): string {
  return `${count(value)} ${thing}${value === 1 ? '' : 's'}`;
}

/** A share in percent, with more digits near 0 and 100: almost none is not none, almost all is not all. */
export function percent(share: number): string {
  const value = share * 100;
  const digits = value === 0 || value === 100 ? 0 : value < 1 || value > 99 ? 2 : value < 10 ? 1 : 0;
  return `${value.toFixed(digits)} %`;
}

/** The beginning of a hash or an id. */
export function short(text: string, length = 12): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
