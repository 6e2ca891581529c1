import * as assert from 'uvu/assert';
import { isPhoneNumber } from '../../src/gateway/index.ts';
import { suite } from '../support/test.ts';

const test = suite('phone');

for (const text of ['+1', '+33123456789', '+123456789012345']) {
  test(`number :: ${text}`, () => assert.ok(isPhoneNumber(text)));
}
for (const text of ['', '+', '33123456789', '+33 123', '+33-1', '++1', '+1a', ' +1', '+1234567890123456']) {
  test(`not a number :: "${text}"`, () => assert.not(isPhoneNumber(text)));
}

test.run();
