/**
 * A set of 64-bit fingerprints in typed arrays: 8 bytes a state instead of a hundred, so that tens of millions fit.
 * Two states share a fingerprint with a chance of about n²/2⁶⁵: 3·10⁻⁶ for ten million.
 */
export class Fingerprints {
  #high = new Uint32Array(1 << 16);
  #low = new Uint32Array(1 << 16);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Bytes the set takes. */
  get bytes(): number {
    return this.#high.byteLength + this.#low.byteLength;
  }

  /** Adds a fingerprint; false when it was there. */
  add(high: number, low: number): boolean {
    if (this.#size * 2 >= this.#high.length) this.#grow();
    return this.#insert(high, low === 0 ? 1 : low);
  }

  /** Adds the fingerprint of a row of integers; false when it was there. */
  addInts(values: Int32Array): boolean {
    let high = 0x811c9dc5;
    let low = 0x2545f491;
    for (let at = 0; at < values.length; at++) {
      const value = values[at]!;
      high = Math.imul(high ^ value, 0x85ebca6b);
      high ^= high >>> 15;
      low = Math.imul(low ^ Math.imul(value, 0xcc9e2d51), 0x1b873593);
      low = (low << 13) | (low >>> 19);
    }
    return this.add(mix(high) >>> 0, mix(low ^ Math.imul(high, 0x27d4eb2f)) >>> 0);
  }

  #insert(high: number, low: number): boolean {
    const mask = this.#high.length - 1;
    let at = (high ^ Math.imul(low, 0x9e3779b1)) & mask;
    while (this.#low[at] !== 0) {
      if (this.#low[at] === low && this.#high[at] === high) return false;
      at = (at + 1) & mask;
    }
    this.#high[at] = high;
    this.#low[at] = low;
    this.#size++;
    return true;
  }

  #grow(): void {
    const [high, low] = [this.#high, this.#low];
    this.#high = new Uint32Array(high.length * 2);
    this.#low = new Uint32Array(low.length * 2);
    this.#size = 0;
    for (let at = 0; at < low.length; at++) {
      const word = low[at]!;
      if (word !== 0) this.#insert(high[at]!, word);
    }
  }
}

function mix(word: number): number {
  const a = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return b ^ (b >>> 16);
}
