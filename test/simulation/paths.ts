/** One step of a path: what happened, and which permutation of hosts its state was then given. */
export interface Taken {
  label: number;
  permutation: number;
}

/** How each state was reached, in 9 bytes a state. */
export class Paths {
  #from = new Int32Array(1 << 12);
  #label = new Int32Array(1 << 12);
  #permutation = new Uint8Array(1 << 12);
  #size = 0;

  get bytes(): number {
    return this.#from.byteLength + this.#label.byteLength + this.#permutation.byteLength;
  }

  add(from: number, label: number, permutation: number): number {
    if (this.#size === this.#from.length) this.#grow();
    this.#from[this.#size] = from;
    this.#label[this.#size] = label;
    this.#permutation[this.#size] = permutation;
    return this.#size++;
  }

  /** The steps that lead to a state, the start's own first. */
  trace(last: number): Taken[] {
    const taken: Taken[] = [];
    for (let at = last; at >= 0; at = this.#from[at]!) {
      taken.push({ label: this.#label[at]!, permutation: this.#permutation[at]! });
    }
    return taken.reverse();
  }

  #grow(): void {
    const larger = <A extends Int32Array | Uint8Array>(old: A, fresh: A): A => {
      fresh.set(old);
      return fresh;
    };
    const length = this.#from.length * 2;
    this.#from = larger(this.#from, new Int32Array(length));
    this.#label = larger(this.#label, new Int32Array(length));
    this.#permutation = larger(this.#permutation, new Uint8Array(length));
  }
}
