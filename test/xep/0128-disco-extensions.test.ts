import * as assert from 'uvu/assert';
import { fieldValue } from '../../src/xep/0004-data-forms.ts';
import type { Info } from '../../src/xep/0030-disco.ts';
import { roomInfo } from '../../src/xep/0045-muc.ts';
import { extended, extension } from '../../src/xep/0128-disco-extensions.ts';
import { restrictions } from '../../src/xep/0444-reactions.ts';
import { avatarHashes, roomAvatar } from '../../src/xep/0486-room-avatars.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0128');
const NOTHING: Info = { identities: [], features: [], forms: [] };

test('extended, extension :: one form for each type, whoever adds to it', () => {
  const room = extended(NOTHING, roomInfo, { occupants: 3, description: 'old' });
  const described = extended(room, roomInfo, { description: 'new' });
  const withAvatar = extended(described, roomAvatar, { hashes: ['a', 'b'] });
  const all = extended(withAvatar, restrictions, { maxReactionsPerUser: 1 });
  assert.is(all.forms.length, 2);
  assert.equal(extension(all, roomInfo), { contactJids: [], occupants: 3, description: 'new' });
  assert.equal(avatarHashes(all), ['a', 'b']);
  assert.equal(extension(all, restrictions), { maxReactionsPerUser: 1, allowlist: [] });
  assert.is(fieldValue(all.forms[0] as Info['forms'][number], 'FORM_TYPE'), roomInfo.formType);
  assert.is(all.forms[0]?.fields[0]?.var, 'FORM_TYPE');
});

test('extension :: nothing where nothing is said', () => assert.is(extension(NOTHING, roomInfo), undefined));

test.run();
