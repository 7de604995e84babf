const chunkStates = 1 << 16;

/** States of one depth, as integers in large arrays, each with the number of the step that reached it. */
export class Frontier {
  #chunks: Int32Array[] = [];
  #width: number;
  #size = 0;

  constructor(width: number) {
    this.#width = width + 1;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#chunks.length * chunkStates * this.#width * 4;
  }

  push(state: Int32Array, step: number): void {
    const at = (this.#size % chunkStates) * this.#width;
    if (at === 0) this.#chunks.push(new Int32Array(chunkStates * this.#width));
    const chunk = this.#chunks.at(-1)!;
    chunk.set(state, at);
    chunk[at + this.#width - 1] = step;
    this.#size++;
  }

  /** Copies a state out and answers the number of its step. */
  take(index: number, state: Int32Array): number {
    const chunk = this.#chunks[Math.floor(index / chunkStates)]!;
    const at = (index % chunkStates) * this.#width;
    for (let i = 0; i < state.length; i++) state[i] = chunk[at + i]!;
    return chunk[at + this.#width - 1]!;
  }
}
