/** What data forms show. */

import type { Field } from '../../src/xep/0004-data-forms.ts';
import { media } from '../../src/xep/0221-media.ts';

/** The address of the picture in a field. XEP-0221. */
export function mediaOf(field: Field | undefined): string | undefined {
  for (const element of field?.extensions ?? []) {
    const [uri] = media.parse(element)?.uris ?? [];
    if (uri !== undefined) return uri.uri;
  }
  return undefined;
}
