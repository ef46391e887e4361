/**
 * Does a slow piece of work for several items at once, and hands the results on in the order of the items. No more
 * items are taken than are worked on.
 *
 * @param most items that are worked on at once, from 1
 * @throws what the items or the work threw
 */
export async function* ahead<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  most: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const running: Promise<Result>[] = [];
  for await (const item of items) {
    const result = work(item);
    // Its failure is thrown when its turn comes; until then it has to be no unhandled one.
    result.catch(() => undefined);
    running.push(result);
    if (running.length < most) continue;
    yield await (running[0] ?? result);
    void running.shift();
  }
  for (const result of running) yield await result;
}
