/**
 * For developing and testing gateways: users who talk to a plugin as people do, an XMPP server in this process, and a
 * clock that waits for nothing. See docs/testing.md.
 */

// The conformance suite.
export type { FakeNetwork, UserAct, Where } from './conformance/network.ts';
export { formatMatrix } from './conformance/report.ts';
export { type CaseResult, type ConformanceOptions, conformance } from './conformance/suite.ts';
// The web chat of the development server.
export { type WebChat, type WebChatOptions, webChat } from './dev/web-chat.ts';
export { FakeClock } from './fake-clock.ts';
// The kit.
export type { Who } from './kit/address.ts';
export { TestClient, type TestClientOptions } from './kit/client.ts';
export { Dialogue } from './kit/dialogue.ts';
export {
  ExpectationError,
  Expectations,
  type FileMessage,
  type From,
  type Reference,
  type Scope,
  type Text,
  type Waiting,
} from './kit/expectations.ts';
export {
  type KitConfig,
  type KitOptions,
  type Plugin,
  TestKit,
  type Trouble,
  testKit,
  type UserOptions,
} from './kit/kit.ts';
export { describe, kindOf, type Message, type MessageKind, readMessage } from './kit/message.ts';
export type { RecordedStanza, Recording, ScrubOptions } from './kit/recording.ts';
export { ReplayError, type ReplayOptions, replay } from './kit/replay.ts';
export { type Departure, type JoinOptions, type Occupant, RoomExpectations, RoomVisit } from './kit/room.ts';
export { type OutgoingFile, type SendOptions, User, type World } from './kit/user.ts';
export { type SeenState, UserExpectations } from './kit/user-expectations.ts';
export type { Time } from './kit/waiting.ts';
export { readXml, XmlError } from './kit/xml.ts';
// The server.
export { type Direction, Faults } from './server/faults.ts';
export type { Privileges as ServerPrivileges } from './server/privilege.ts';
export { LOOPBACK, WEBSOCKET_PATH, XmppServer, type XmppServerOptions } from './server/server.ts';
