/** For developing and testing gateways: an XMPP server in this process, and a clock that waits for nothing. */

export { FakeClock } from './fake-clock.ts';
export type { Privileges as ServerPrivileges } from './server/privilege.ts';
export { LOOPBACK, WEBSOCKET_PATH, XmppServer, type XmppServerOptions } from './server/server.ts';
