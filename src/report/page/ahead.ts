/**
 * Runs slow work for several items at once and yields the results in the order of the items. An item is taken only
 * when its work starts.
 *
 * @param most items worked on at once, from 1
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
    // The failure is thrown in its turn; until then it must not count as unhandled.
    result.catch(() => undefined);
    running.push(result);
    if (running.length < most) continue;
    yield await (running[0] ?? result);
    void running.shift();
  }
  for (const result of running) yield await result;
}
