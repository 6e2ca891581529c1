/** In a child process of the benchmark: its calls come over the channel that `fork` makes. */

/** In a child: answers calls by these functions. */
export function serve(methods) {
  // Nobody is left to ask.
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ id, method, args }) => {
    try {
      process.send({ id, result: await methods[method](...args) });
    } catch (error) {
      process.send({ id, error: error.stack });
    }
  });
}
