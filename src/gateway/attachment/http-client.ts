/** The HTTP client: loaded when something is fetched or uploaded for the first time, since it is large and many never do. */

export function httpClient(): Promise<typeof import('undici')> {
  return import('undici');
}
