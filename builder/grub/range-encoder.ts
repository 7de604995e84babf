const top = 2 ** 24;
const carryLimit = 2 ** 32;

/** The arithmetic coder of LZMA: bits by adaptive models of 11 bits, and trees of such bits. */
export class RangeEncoder {
  private readonly bytes: number[] = [];
  private low = 0;
  private range = carryLimit - 1;
  /** The last byte that a carry may still change, and how many follow it: that byte, then 0xff. */
  private held = 0;
  private heldCount = 1;

  /** One bit by the model at an index. */
  bit(models: Uint16Array, index: number, bit: number): void {
    const model = models[index]!;
    const bound = Math.floor(this.range / 2048) * model;
    if (bit === 0) {
      this.range = bound;
      models[index] = model + ((2048 - model) >> 5);
    } else {
      this.low += bound;
      this.range -= bound;
      models[index] = model - (model >> 5);
    }
    this.normalise();
  }

  /** The lowest bits of a value, highest first. */
  tree(models: Uint16Array, base: number, bits: number, value: number): void {
    let node = 1;
    for (let shift = bits - 1; shift >= 0; shift--) {
      const bit = (value >> shift) & 1;
      this.bit(models, base + node, bit);
      node = node * 2 + bit;
    }
  }

  /** The lowest bits of a value, lowest first. */
  reverseTree(models: Uint16Array, base: number, bits: number, value: number): void {
    let node = 1;
    for (let shift = 0; shift < bits; shift++) {
      const bit = (value >> shift) & 1;
      this.bit(models, base + node, bit);
      node = node * 2 + bit;
    }
  }

  /** Bits that no model foresees, highest first. */
  direct(value: number, bits: number): void {
    for (let shift = bits - 1; shift >= 0; shift--) {
      this.range = Math.floor(this.range / 2);
      if ((value >> shift) & 1) this.low += this.range;
      this.normalise();
    }
  }

  /** All bytes; nothing can be encoded afterwards. */
  finish(): Buffer {
    for (let index = 0; index < 5; index++) this.shift();
    return Buffer.from(this.bytes);
  }

  private normalise(): void {
    while (this.range < top) {
      this.range *= 256;
      this.shift();
    }
  }

  private shift(): void {
    const carry = this.low >= carryLimit ? 1 : 0;
    if (carry === 1 || this.low < 0xff000000) {
      for (; this.heldCount > 0; this.heldCount--) {
        this.bytes.push((this.held + carry) & 0xff);
        this.held = 0xff;
      }
      this.held = Math.floor(this.low / top) & 0xff;
    }
    this.heldCount++;
    this.low = (this.low % top) * 256;
  }
}
