/**
 * Every name of the public gateway API is exercised through the wire. The lists are the contract: who adds a name to
 * the API adds it here, with the test that shows what it does.
 */

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../support/test.ts';

const test = suite('api');
const TESTS = resolve(import.meta.dirname, '..');

const API: Readonly<Record<string, string>> = {
  BaseGateway: `componentName componentType componentAvatar rosterGroup welcomeMessage registrationFields
    registrationInstructions registrationType registration2faTitle registration2faInstructions registrationQrInstructions
    preferences searchFields searchTitle searchInstructions markAllMessages properReceipts mtype isGroup commands
    logStripElements validate userPrevalidate validateTwoFactorCode getQrText confirmQr nextRegistrationStep unregister
    unregisterUser makeRegistrationForm input sendQr sendText sendFile correct react retract sendRaw sendPresence send
    exception shutdown drained getSessionFromStanza getSessionFromJid getSessionFromUser groups getMucFromStanza kickableErrors`,
  BaseSession: `messageIdsAreThreadIds idempotentSends connectionLost user xmpp contacts sent login logout reLogin waitForReady fromStanza sendText sendFile
    onSticker active inactive composing paused displayed correct react retract search onSubscribe onSubscribed onPresence
    onAvatar onPreferences input sendGatewayMessage sendGatewayStatus sendQr legacyMsgIdToXmppMsgId
    xmppMsgIdToLegacyMsgId logged bookmarks onModerate onCreateGroup onInvitation onLeaveGroup saveLegacyModuleData`,
  LegacyRoster: 'byJid byLegacyId byStanza fill legacyIdToJidUsername jidUsernameToLegacyId userLegacyId',
  LegacyBookmarks: 'fill byJid byLegacyId remove userNick legacyIdToJidUsername jidUsernameToLegacyId',
  LegacyMUC: `type name description subject subjectSetter subjectDate userNick nParticipants avatar mtype isGroup
    updateInfo fillParticipants backfill onAvatar onSetAffiliation onKick onSetConfig onDestroyRequest onSetSubject
    getParticipant getParticipantByContact getParticipantByLegacyId getUserParticipant getSystemParticipant
    getParticipants removeParticipant renameParticipant setAvatar addToBookmarks parseMentions maxHistoryFetch
    hasSubject hasDescription onSetNick onLastClientLeft`,
  LegacyParticipant: `getContact setStanding nickname role affiliation setHats moderate setRoomSubject contact muc leave kick ban occupantId
    online away extendedAway busy offline sendText sendFile correct react retract displayed received ack`,
  LegacyContact: `resource mtype isGroup session name avatar online away extendedAway busy offline active composing paused
    inactive gone ack received displayed sendText sendFile sendFiles correct react retract addToRoster
    onAddedToRosterNoPrivilege unsubscribe setAvatar setVcard updateInfo fetchVcard availableEmojis getMsgXmppIdUpTo
    createThread correction retraction reaction replies marks receipts chatStates upload reactionsSingleEmoji isFriend
    clientType sendFriendRequest acceptFriendRequest rejectFriendRequest onFriendRequest onFriendAccept onFriendDelete
    inviteTo`,
  options: `idempotencyKey replyToMsgId replyToFallbackText replyTo thread linkPreviews httpResponse fileName contentType size caption
    legacyMsgId when hints carbon correction correctionEventId legacyFileId bodyFirst status lastSeen avatarUniqueId
    blocking archiveOnly mentions fullName given surname birthday phone phones note url email country locality`,
  user: 'jid legacyModuleData preferences registrationDate',
  FormField: 'var label required private type value options imageUrl',
  commands: 'Command Form Confirmation TableResult SearchResult BUILTIN_COMMANDS',
  errors: 'XmppError TwoFactorNotRequired',
};

/** By file and title: what the test exercises. Names without a class are of the class named before them. */
const EXERCISED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'scenario/registration': {
    'disco :: the gateway says what it is': 'BaseGateway: componentName componentType',
    'in-band :: form, registration, welcome, login, contacts': `BaseGateway: validate  BaseSession: login waitForReady
      LegacyRoster: fill byLegacyId  LegacyContact: addToRoster updateInfo`,
    'in-band :: with the form instead of the fields': 'user: legacyModuleData jid',
    'change :: the new answers are validated and stored, and the session logs in again': `BaseSession: user logout
      user: registrationDate`,
    'login :: fails, and the user is told why': 'BaseSession: logged  errors: XmppError',
    'ad-hoc :: one form, then registered': 'FormField: var label required private',
    'chat :: the words help, register, abort and unregister': 'BaseGateway: welcomeMessage registrationInstructions',
    'unregister :: ${how}, and nothing is left': 'BaseGateway: unregister unregisterUser',
  },
  'scenario/registration-steps': {
    'code :: credentials, code, then registered with what both have given': `BaseGateway: registrationType
      registration2faTitle registration2faInstructions validateTwoFactorCode`,
    'code :: not when the plugin says that none is needed': 'errors: TwoFactorNotRequired',
    'QR :: shown as a picture, as text and as a message; scanned, then registered': `BaseGateway: registrationFields
      registrationQrInstructions getQrText confirmQr sendFile`,
    'steps :: a plugin can have its own': 'BaseGateway: nextRegistrationStep',
    'preferences :: the last question of a registration; changed later, which the plugin hears of': `user: preferences
      BaseSession: onPreferences`,
    'preferences :: a plugin can have its own': 'BaseGateway: preferences  FormField: options value',
    're-login :: by the plugin': 'BaseSession: reLogin',
    'prevalidate :: a plugin may look at the answers first; admins hear of new users': `BaseGateway: userPrevalidate
      makeRegistrationForm`,
  },
  'scenario/messages': {
    'to a contact :: the plugin gets the text as it was written': 'BaseSession: sendText  options: thread',
    'to a contact :: with proper receipts the network says when it has arrived': `BaseGateway: properReceipts
      LegacyContact: received`,
    'to a contact :: ${what}': 'BaseGateway: exception  LegacyRoster: jidUsernameToLegacyId',
    'to a contact :: chat states and markers, with the ids of the network': `BaseSession: active composing paused inactive
      displayed`,
    'from a contact :: text, with what clients expect': 'LegacyContact: sendText  options: legacyMsgId when hints',
    'from a contact :: receipts, markers, reactions and corrections name the right stanza': `LegacyContact: ack displayed
      react correct`,
    'from a contact :: states are not repeated, except typing': 'LegacyContact: active composing paused inactive gone',
  },
  'scenario/changes': {
    'to a contact :: a correction, and one of the correction': 'BaseSession: correct',
    'to a contact :: without corrections on the network the words are not lost': 'LegacyContact: correction',
    'to a contact :: a message is taken back, and the text for old clients is not sent': 'BaseSession: retract',
    'to a contact :: where nothing can be taken back that is said, not hidden': 'LegacyContact: retraction',
    'to a contact :: reactions, with whatever comes beside them': 'BaseSession: react',
    'to a contact :: reactions that the network does not have are refused; spellings do not matter': `LegacyContact:
      reactionsSingleEmoji availableEmojis`,
    'to a contact :: a reply names the message; the quotation is told apart': `options: replyToMsgId replyToFallbackText
      replyTo`,
    'to a contact :: a reply keeps its quotation where the network would not show what it answers':
      'LegacyContact: replies',
    'to a contact :: a thread is made on the network once, and is the same in both directions, also later': `LegacyContact:
      createThread`,
    'to a contact :: the id of a message is the thread it begins, where the network has it so': `BaseSession:
      messageIdsAreThreadIds`,
    'both ways :: what a page is about': 'options: linkPreviews',
    'from a contact :: corrections and retractions name the stanza that carried the message': `LegacyContact: retract
      options: correctionEventId`,
    'from a contact :: ids of the network may be written differently on XMPP': `BaseSession: legacyMsgIdToXmppMsgId
      xmppMsgIdToLegacyMsgId`,
    'to a contact :: networks that want each message marked get each, once': `BaseGateway: markAllMessages
      LegacyContact: getMsgXmppIdUpTo`,
    'sent :: a plugin can ask what became of what': 'BaseSession: sent',
  },
  'scenario/carbons': {
    'with the privilege :: a text is the user’s own, and does not come back to the plugin': 'options: carbon',
    'a reaction of the user :: is shown on all parts of a message that took several': 'LegacyContact: reaction',
  },
  'scenario/presence': {
    'contacts :: only changes are sent, in all shows':
      'LegacyContact: online away busy extendedAway offline  options: status',
    'unsubscribe :: the contact has removed the user': 'LegacyContact: unsubscribe',
    'shutdown :: all who were there say goodbye': 'BaseGateway: shutdown',
  },
  'scenario/contacts': {
    'friends :: a friend’s subscription is accepted without asking': 'BaseSession: onSubscribe',
    'friends :: the user asks; the contact accepts later':
      'LegacyContact: onFriendRequest acceptFriendRequest isFriend',
    'friends :: the user asks; the contact refuses': 'LegacyContact: rejectFriendRequest',
    'friends :: the contact asks; each time, under its name; and the user accepts': `BaseSession: onSubscribed
      LegacyContact: sendFriendRequest onFriendAccept`,
    'friends :: the user ends the friendship; that is told once, and only of friends': 'LegacyContact: onFriendDelete',
    'names :: a new name goes to the roster and to the clients, of friends only':
      'LegacyContact: name  BaseGateway: rosterGroup',
    'info :: is fetched once, by however many look-ups; what it finds is sent afterwards, once': `BaseSession: contacts
      LegacyRoster: byJid byStanza`,
    'addresses :: any id of the network can be one; the plugin may write it as it likes':
      'LegacyRoster: legacyIdToJidUsername',
    'presence :: when somebody was last seen, also for clients that do not know how to ask': 'options: lastSeen',
    'capabilities :: stand in the presence, are true, and differ where contacts differ': 'LegacyContact: clientType',
    'flags :: without ${flag} it is neither advertised nor done, and no error':
      'LegacyContact: marks receipts chatStates',
    'facts :: who a contact is, and from which resource it speaks': `LegacyContact: resource mtype isGroup session
      BaseSession: fromStanza xmpp  BaseGateway: mtype isGroup getSessionFromStanza getSessionFromJid getSessionFromUser`,
    'roster :: what a plugin does instead, where the server does not let us write':
      'LegacyContact: onAddedToRosterNoPrivilege',
    'pictures :: from bytes: announced, to be fetched, the same one not announced again, taken away': `LegacyContact:
      setAvatar avatar  options: blocking`,
    'pictures :: with a name of the network: fetched only when that changes': 'options: avatarUniqueId',
    'vCards :: in both forms, by request and as an event': `LegacyContact: setVcard  options: fullName given surname birthday
      phone phones note url email country locality`,
    'vCards :: are fetched when a client asks, once; of those who have none little is said':
      'LegacyContact: fetchVcard',
  },
  'scenario/rooms-join': {
    'join :: a group: who is there, oneself, the subject, in this order': `BaseGateway: groups  LegacyMUC: type
      fillParticipants updateInfo subjectSetter subjectDate`,
    'errors :: a client that is gone is taken out; another error means nothing': 'BaseGateway: kickableErrors',
    'occupant ids :: the same in every stanza and after a restart, another in another room':
      'LegacyParticipant: occupantId',
    'disco :: what a room is, who asks for what': 'LegacyMUC: nParticipants maxHistoryFetch description',
    'bookmarks :: published by privilege; else the user is invited': `LegacyBookmarks: fill legacyIdToJidUsername
      jidUsernameToLegacyId  LegacyMUC: addToBookmarks`,
    'plugin :: rooms are found by id and by JID, once; the gateway finds that of a stanza': `BaseGateway: getMucFromStanza
      BaseSession: bookmarks  LegacyBookmarks: byJid byLegacyId userNick  LegacyMUC: mtype isGroup`,
  },
  'scenario/rooms-messages': {
    'to a room :: who is named is told apart, not oneself': 'options: mentions  LegacyMUC: parseMentions',
    'to a room :: invitations, through the room and directly; elsewhere, and with a password, there is nothing to do':
      'BaseSession: onInvitation  LegacyContact: inviteTo',
    'from a room :: a text has one id everywhere; a correction another': `LegacyParticipant: sendText correct react
      displayed retract received ack`,
    'from a room :: a file, a caption, several at once': 'LegacyParticipant: sendFile moderate',
    'from a room :: who was not shown is shown before the first word': 'LegacyParticipant: affiliation',
  },
  'scenario/rooms-people': {
    'names :: change for participant, room and contact alike, without making anybody twice': `LegacyMUC: renameParticipant
      userNick  LegacyParticipant: nickname`,
    'participants :: of contacts, of ids, of names, of the user and of the room: one each': `LegacyMUC: getParticipant
      getParticipantByContact getParticipantByLegacyId getUserParticipant getSystemParticipant getParticipants
      LegacyRoster: userLegacyId  LegacyParticipant: contact muc`,
    'standing :: roles, affiliations and hats are told once, of those who are shown':
      'LegacyParticipant: role setHats setStanding',
    'presence :: of a contact shows in the room first; offline is out of it; others say it themselves':
      'LegacyParticipant: online away extendedAway busy offline',
    'leaving :: kicks and bans say so, with what they are then': `LegacyParticipant: leave kick ban
      LegacyMUC: removeParticipant`,
    'changes :: of affiliations, all of them or none; kicks; nobody of another domain':
      'LegacyMUC: onSetAffiliation onKick',
    'configuration :: name and description; the end of a room': 'LegacyMUC: onSetConfig onDestroyRequest',
    'own name :: changed by the user where the network lets them, and refused with its reason': 'LegacyMUC: onSetNick',
    'leaving :: the plugin hears when the last client has gone, and is asked again who is there after a kick':
      'LegacyMUC: onLastClientLeft',
    'who it is :: a contact is made of a participant when the user wants something of them':
      'LegacyParticipant: getContact',
    'subject :: asked for by the user, set by the network': `LegacyMUC: onSetSubject subject
      LegacyParticipant: setRoomSubject`,
    'facts :: of the room are kept, and new ones are told': 'LegacyMUC: name setAvatar avatar',
    'flags :: what a group does not have is not offered': 'LegacyMUC: hasSubject hasDescription',
    'picture :: set by the user': 'LegacyMUC: onAvatar',
    'moderation :: asked for in both versions': 'BaseSession: onModerate',
    'groups :: leaving for good, by unregistering with the room': 'BaseSession: onLeaveGroup',
    'groups :: made and left by command': 'BaseSession: onCreateGroup',
  },
  'scenario/rooms-history': {
    'backfill :: what was said before, with its bounds, once': 'LegacyMUC: backfill  options: archiveOnly',
    'archive :: of a room that is no more, and of a user who is no more, nothing is left': 'LegacyBookmarks: remove',
  },
  'scenario/reliability': {
    'history :: what the network tells again is not sent again; in another chat the same id is another message':
      'BaseGateway: drained',
    'for the moment :: what fails is tried again, and what comes after it waits': 'options: idempotencyKey',
    'restart :: what had not been given to the plugin is given to it then; of what had, the sender knows':
      'BaseSession: idempotentSends',
    'a lost connection :: is said, and made again; when the user must do something, that is said too':
      'BaseSession: connectionLost',
  },
  'scenario/user': {
    'presence :: the plugin hears of each client, and of what they say together': 'BaseSession: onPresence',
    'picture :: published, published again, taken away': 'BaseSession: onAvatar',
    'data :: what the plugin keeps about a user outlives the process': 'BaseSession: saveLegacyModuleData',
    'gateway :: says how it is, with capabilities, to whoever asks, once': 'BaseSession: sendGatewayStatus',
    'gateway :: a message, a question, a QR code, a raw stanza': `BaseSession: sendGatewayMessage sendQr  BaseGateway: sendQr
      sendText correct react retract sendFile sendRaw sendPresence send`,
    'gateway :: its own picture and name': 'BaseGateway: componentAvatar',
  },
  'scenario/files': {
    'from a contact :: a picture, described in every way that clients know': 'LegacyContact: sendFile',
    'from a contact :: a caption is what can be changed; the file goes with it': 'options: caption correction',
    'from a contact :: several files and a text are one message of the network':
      'LegacyContact: sendFiles  options: bodyFirst',
    'from a contact :: the same file is uploaded once, as long as it is there': 'options: legacyFileId',
    'names :: are made fit for URLs and disks': 'options: fileName contentType',
    'to a contact :: a file as ${what}': 'BaseSession: sendFile  options: httpResponse size',
    'to a contact :: where files cannot be sent, their address is a text': 'LegacyContact: upload',
    'to a contact :: a sticker is asked for once, whoever sends it again': 'BaseSession: onSticker',
  },
  'scenario/commands': {
    'ad-hoc :: from a category to a form to a confirmation': `FormField: type  commands: Command Form Confirmation
      BUILTIN_COMMANDS  BaseGateway: commands`,
    'ad-hoc :: a table': 'commands: TableResult',
    'input :: the answer may come from another client; nobody waits for ever': 'BaseSession: input  BaseGateway: input',
    'search :: form, results, nobody; for users only':
      'BaseSession: search  BaseGateway: searchFields  commands: SearchResult',
    'search :: an address for a name needs a search by one thing': 'BaseGateway: searchTitle searchInstructions',
  },
  'gateway/command/form': {
    'data form :: a field with a picture': 'FormField: imageUrl',
  },
  'gateway/log-stanza': {
    'log :: stanzas at level debug only, without what people write and fill in': 'BaseGateway: logStripElements',
  },
};

const SUPPORT = ['plugin', 'full-plugin', 'groups-plugin', 'rooms', 'stage', 'forms']
  .map((name) => readFileSync(join(TESTS, 'support', `${name}.ts`), 'utf8'))
  .join('\n');

/** `Class.name` for each name in a line such as `Class: name other  Another: name`. */
function namesIn(line: string): string[] {
  let of = '';
  return line
    .split(/\s+/)
    .filter(Boolean)
    .flatMap((word) => {
      if (!word.endsWith(':')) return [`${of}.${word}`];
      of = word.slice(0, -1);
      return [];
    });
}

test('api :: every name is exercised by a test', () => {
  const exercised = new Set(Object.values(EXERCISED).flatMap((tests) => Object.values(tests).flatMap(namesIn)));
  const promised = Object.entries(API).flatMap(([of, names]) => namesIn(`${of}: ${names}`));
  assert.ok(promised.length > 180, String(promised.length));
  assert.equal(
    promised.filter((name) => !exercised.has(name)),
    [],
  );
  assert.equal(
    [...exercised].filter((name) => !promised.includes(name)),
    [],
  );
});

for (const [file, tests] of Object.entries(EXERCISED)) {
  test(`api :: the tests of ${file} are there, and use what they say`, () => {
    const text = readFileSync(join(TESTS, `${file}.test.ts`), 'utf8');
    for (const [title, line] of Object.entries(tests)) {
      assert.ok(
        [`'${title}'`, `\`${title}\``].some((quoted) => text.includes(quoted)),
        `no test "${title}"`,
      );
      for (const name of namesIn(line)) {
        const word = new RegExp(`\\b${name.split('.')[1]}\\b`);
        assert.ok(word.test(text) || word.test(SUPPORT), `${name} does not stand in ${file}`);
      }
    }
  });
}

test('api :: every name of the base classes is one of the classes', () => {
  for (const of of Object.keys(FILES) as (keyof typeof FILES)[]) {
    const sources = [FILES[of], 'abilities.ts', 'actor.ts', 'present.ts', 'directory.ts'].map((file) =>
      readFileSync(join(TESTS, '../src/gateway', file), 'utf8'),
    );
    for (const name of namesIn(`${of}: ${API[of]}`)) {
      const word = new RegExp(`\\b${name.split('.')[1]}\\b`);
      assert.ok(
        sources.some((source) => word.test(source)),
        name,
      );
    }
  }
});
const FILES = {
  BaseGateway: 'gateway.ts',
  BaseSession: 'session.ts',
  LegacyRoster: 'roster.ts',
  LegacyContact: 'contact.ts',
  LegacyBookmarks: 'muc/bookmarks.ts',
  LegacyMUC: 'muc/room.ts',
  LegacyParticipant: 'muc/participant.ts',
};

test.run();
