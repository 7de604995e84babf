interface Due {
  at: number;
  order: number;
  work: () => void;
}

const epoch = Date.parse('2026-01-01T00:00:00Z');

/** The only clock of a run: it jumps from one thing to the next. Times in milliseconds since the start. */
export class Schedule {
  #heap: Due[] = [];
  #order = 0;
  #now = 0;

  get now(): number {
    return this.#now;
  }

  date(): Date {
    return new Date(epoch + this.#now);
  }

  /** Milliseconds since the start of an RFC 3339 time. */
  since(time: string): number {
    return Date.parse(time) - epoch;
  }

  after(ms: number, work: () => void): void {
    const due = { at: this.#now + Math.max(0, ms), order: this.#order++, work };
    const heap = this.#heap;
    heap.push(due);
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!isBefore(heap[at]!, heap[parent]!)) break;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  /** Does things in order until `isOver`, the end of time in milliseconds, or nothing left. */
  async run(end: number, isOver: () => boolean): Promise<void> {
    while (this.#heap.length > 0 && !isOver()) {
      const due = this.#pop();
      if (due.at > end) return;
      this.#now = due.at;
      due.work();
      // every promise that this resolved goes as far as it can before the clock moves
      await new Promise(setImmediate);
    }
  }

  #pop(): Due {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (left < heap.length && isBefore(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && isBefore(heap[right]!, heap[least]!)) least = right;
      if (least === at) return first;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
