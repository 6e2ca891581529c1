/** For what happens soon, on another side of a socket. */

/** Calls `check` until it does not throw, and throws what it threw last when that takes too long. @param ms how long. */
export async function eventually(check: () => void | Promise<void>, ms = 15_000): Promise<void> {
  const end = Date.now() + ms;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
