/** Works on a few items ahead of the one that is taken, and gives the results in order. */
export async function* ahead<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  count: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const started: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      if (started.length === count) yield await started.shift()!;
      const result = work(item);
      // thrown when the result is taken
      result.catch(() => {});
      started.push(result);
    }
    while (started.length > 0) yield await started.shift()!;
  } finally {
    await Promise.allSettled(started);
  }
}
