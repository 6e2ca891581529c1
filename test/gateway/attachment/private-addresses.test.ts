import * as assert from 'uvu/assert';
import { isPrivateAddress } from '../../../src/gateway/attachment/private-addresses.ts';
import { suite } from '../../support/test.ts';

const test = suite('private addresses');

const PRIVATE = `127.0.0.1 127.255.255.254 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1
  0.0.0.0 224.0.0.1 240.0.0.1 255.255.255.255 192.0.0.1 198.18.0.1
  ::1 :: fe80::1 fc00::1 fdff::1 ff02::1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.1.2.3 ::ffff:8.8.8.8 64:ff9b::7f00:1 2001:db8::1`;
const PUBLIC = '1.1.1.1 8.8.8.8 172.32.0.1 172.15.0.1 100.63.255.255 100.128.0.1 192.167.1.1 2606:4700::1111';

for (const address of PRIVATE.split(/\s+/)) {
  test(`${address} :: is private`, () => assert.ok(isPrivateAddress(address)));
}
for (const address of PUBLIC.split(' ')) {
  test(`${address} :: is public`, () => assert.not(isPrivateAddress(address)));
}

test.run();
