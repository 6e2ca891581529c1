/** The gateway: one XMPP component that speaks for a whole foreign network. */

import {
  type Clock,
  type ComponentStream,
  type Element,
  type IqRequest,
  type IqSender,
  JID,
  MalformedError,
  type NewId,
  type PresenceType,
  presence,
  StanzaError,
} from '../stanza/index.ts';
import { NS as NS_UPLOAD } from '../xep/0363-http-upload.ts';
import type { CorrectionOptions, MessageOptions, NoticeOptions } from './actor.ts';
import { Administration } from './administration.ts';
import { Bits } from './attachment/bits.ts';
import { type Files, filesFor } from './attachment/files.ts';
import type { FileOptions } from './attachment/send.ts';
import type { FileSource } from './attachment/source.ts';
import type { Requester } from './attachment/upload.ts';
import { type AvatarCache, type AvatarSource, avatarsFor } from './avatar/avatar-cache.ts';
import { CapsCache } from './clients.ts';
import { AdhocCommands } from './command/adhoc.ts';
import { BUILTIN_COMMANDS } from './command/builtin.ts';
import { ChatCommands } from './command/chat.ts';
import type { CommandClass } from './command/command.ts';
import type { FormField, FormValues } from './command/form.ts';
import { CommandRegistry } from './command/registry.ts';
import type { Config } from './config.ts';
import { LegacyContact } from './contact.ts';
import { Expired } from './deadlines.ts';
import { XmppError } from './errors.ts';
import { GatewayConversation, GatewayVoice } from './gateway-voice.ts';
import { Guard } from './guard/guard.ts';
import { describeGateway } from './incoming/disco.ts';
import { Inbox } from './incoming/inbox.ts';
import { messageRoute, receive } from './incoming/receive.ts';
import { Lifecycle, workersFor } from './lifecycle.ts';
import type { Log } from './log.ts';
import { PRIVATE_ELEMENTS } from './log-stanza.ts';
import { LegacyBookmarks } from './muc/bookmarks.ts';
import { type Identity, LegacyParticipant } from './muc/participant.ts';
import { LegacyMUC } from './muc/room.ts';
import { ConfigError } from './options.ts';
import { Outbox } from './outbox.ts';
import { OwnCaps } from './own-caps.ts';
import { PresenceRecovery } from './presence-recovery.ts';
import { Privileges } from './privileges.ts';
import { DEFAULT_PREFERENCES, RegistrationType } from './registration/choices.ts';
import { Registration } from './registration/registration.ts';
import { type AnsweredStep, nextStep, type RegistrationStep } from './registration/steps.ts';
import { LegacyRoster } from './roster.ts';
import type { GatewayServices, PluginClasses } from './services.ts';
import type { BaseSession } from './session.ts';
import { Sessions } from './sessions.ts';
import type { StoredAvatar } from './store/avatars.ts';
import type { Store } from './store/store.ts';
import type { Pair } from './store/turn.ts';
import type { PendingUser, User } from './user.ts';
import { UserRosters } from './user-rosters.ts';
import { VERSION } from './version.ts';
import type { Watched } from './watch/registry.ts';
import { Watch } from './watch/watch.ts';
import type { Workers } from './workers/workers.ts';

/** To whom the gateway itself says something. */
export interface Addressed {
  /** Their JID, bare or full. @throws JidError when it is none. */
  readonly to: JID | string;
  /** The type of the message. Default `chat`. */
  readonly mtype?: 'chat' | 'normal' | 'headline';
}

/**
 * Subclass it to say what the network is called and how people register. There is one object of it, found as `xmpp` in
 * sessions, and everything goes through it.
 */
export abstract class BaseGateway implements IqSender {
  // What a plugin sets.

  /** The name that people see: in service discovery, in their rosters. */
  abstract readonly componentName: string;
  /** The type of the gateway by the registry of disco categories, such as `irc`. */
  readonly componentType: string = '';
  /** The gateway's own picture: bytes, a path or a URL. */
  readonly componentAvatar: AvatarSource | undefined = undefined;
  /** The group of the user's roster that contacts are put into. */
  readonly rosterGroup: string = 'slipway';
  /** The first message a new user gets. */
  readonly welcomeMessage: string =
    'Welcome! Your contacts will appear shortly. Write "help" to see what I can do for you.';
  /** What people fill in to register. With `SingleStepForm`, those of XEP-0077 are asked for by older clients too. */
  readonly registrationFields: readonly FormField[] = [
    { var: 'username', label: 'User name', required: true },
    { var: 'password', label: 'Password', required: true, private: true },
  ];
  /** What stands above these fields. */
  readonly registrationInstructions: string = 'Enter your credentials';
  /** Whether more is needed than one form: a code that the network sends, or a QR code to be scanned. */
  readonly registrationType: RegistrationType = RegistrationType.SingleStepForm;
  /** The title of the form that asks for the code. `RegistrationType.TwoFactorCode` only. */
  readonly registration2faTitle: string = 'Enter your code';
  /** What stands above the field for the code. */
  readonly registration2faInstructions: string = 'The network should have sent you a code, by email, SMS or otherwise.';
  /** What stands above the QR code. `RegistrationType.QrCode` only. */
  readonly registrationQrInstructions: string = 'Scan this code with the app of the network, then go on.';
  /** What users can choose for themselves. Extend it: `[...DEFAULT_PREFERENCES, { var: 'loud', type: 'boolean' }]`. */
  readonly preferences: readonly FormField[] = DEFAULT_PREFERENCES;
  /** What people can be searched by; with one field only, clients can also add contacts by it. */
  readonly searchFields: readonly FormField[] = [
    { var: 'first', label: 'First name', required: true },
    { var: 'last', label: 'Last name', required: true },
    { var: 'phone', label: 'Phone number' },
  ];
  /** The title of the search form; with one field only, also what clients show who ask for a name (XEP-0100 §6). */
  readonly searchTitle: string = 'Search for people';
  /** What stands above its fields; `''` for nothing. */
  readonly searchInstructions: string = '';
  /** Whether the network wants each message marked as read, not the last one of several. */
  readonly markAllMessages: boolean = false;
  /** Whether the network itself tells when a message has arrived: then call `contact.received`. */
  readonly properReceipts: boolean = false;
  /** Whether the network has groups: then the plugin has a subclass of `LegacyBookmarks`. */
  readonly groups: boolean = false;
  /** What users can do by ad-hoc command and by chat: `[...BUILTIN_COMMANDS, MyCommand]`. */
  readonly commands: readonly CommandClass[] = BUILTIN_COMMANDS;
  /**
   * The names of elements whose text is left out when stanzas are logged, at level `debug`. The default leaves out what
   * people write, what they fill in, pictures, and what gives access to files. URLs are cut short anyway.
   */
  readonly logStripElements: readonly string[] = PRIVATE_ELEMENTS;

  /** The conditions of errors by which a client says that it is not in a room any more. XEP-0045 §9.9. */
  readonly kickableErrors: readonly string[] = [
    'gone',
    'internal-server-error',
    'item-not-found',
    'jid-malformed',
    'recipient-unavailable',
    'redirect',
    'remote-server-not-found',
    'remote-server-timeout',
    'service-unavailable',
  ];

  readonly mtype = 'chat';
  readonly isGroup = false;

  // What a plugin implements.

  /**
   * Checks what somebody has filled in to register, best by logging in to the network; or begins the registration, if
   * its type asks for more.
   * @param form the answers by field name; required ones are there.
   * @returns what to keep as `user.legacyModuleData`; the form itself when nothing is returned.
   * @throws XmppError to refuse: its text is shown. @throws TwoFactorNotRequired when no code is needed this time.
   */
  abstract validate(
    userJid: JID,
    form: FormValues,
  ): Promise<Readonly<Record<string, unknown>> | undefined> | Promise<void>;

  /** Called before `validate`. Default: nothing more, since the fields themselves have been checked. */
  async userPrevalidate(_from: JID, _form: FormValues): Promise<void> {}

  /**
   * Checks the code that the network has sent. Needed for `RegistrationType.TwoFactorCode`.
   * @returns what to keep besides what `validate` returned.
   * @throws XmppError to refuse.
   */
  async validateTwoFactorCode(
    _user: PendingUser,
    _code: string,
  ): Promise<Readonly<Record<string, unknown>> | undefined> {
    throw new TypeError('validateTwoFactorCode must be implemented for RegistrationType.TwoFactorCode');
  }

  /**
   * Gives what the QR code says. Needed for `RegistrationType.QrCode`; call `confirmQr` when it has been scanned.
   */
  async getQrText(_user: PendingUser): Promise<string> {
    throw new TypeError('getQrText must be implemented for RegistrationType.QrCode');
  }

  /**
   * The way to a registration: override it for one that no `RegistrationType` describes. Each step is a form; what is
   * put into `user.legacyModuleData` on the way is kept, also over a restart of the gateway.
   * @param answered the answer to the step before; nothing at the beginning.
   * @returns the next question; nothing when everything is known.
   * @throws XmppError to refuse the answer: the question stays open.
   */
  nextRegistrationStep(user: PendingUser, answered?: AnsweredStep): Promise<RegistrationStep | undefined> {
    return nextStep(this, user, answered);
  }

  /** Called after a user was removed: what contacts and rooms still say to them is dropped. Default: logs out the session. */
  async unregister(_user: User, session: BaseSession): Promise<void> {
    await session.logout();
  }

  /** Called with what no handler caught. The default writes it to the log; nobody else is harmed. */
  exception(error: unknown): void {
    this.log.error({ err: error }, 'unexpected error');
  }

  // What a plugin uses.

  /** With what the gateway was started. */
  readonly config: Config;
  /** Where to log: secrets that are known as such are left out. Do not log what people write. */
  readonly log: Log;
  /** The time. Use it for all that waits: tests have a clock of their own. */
  readonly clock: Clock;
  /** Makes ids that nobody can guess. */
  readonly newId: NewId;
  /** The domain of the component. */
  readonly jid: string;

  // What the parts of the gateway use.

  /** @internal */
  readonly store: Store;
  /** @internal */
  readonly sessions: Sessions;
  /** Counts, measures, remembers what happened to messages. @internal */
  readonly watch: Watch;
  /** @internal */
  readonly administration: Administration;
  /** The processes that serve this component together, if there are several. @internal */
  readonly workers: Workers | undefined;
  /** @internal */
  readonly inbox: Inbox;
  /** @internal */
  readonly privileges: Privileges;
  /** @internal */
  readonly rosters: UserRosters;
  /** @internal */
  readonly presenceRecovery = new PresenceRecovery(this);
  /** @internal */
  readonly registration: Registration;
  /** @internal */
  readonly adhocCommands: AdhocCommands;
  /** @internal */
  readonly chatCommands: ChatCommands;
  /** @internal */
  readonly guard: Guard;
  /** @internal */
  readonly files: Files;
  /** @internal */
  readonly bits: Bits;
  /** @internal */
  readonly avatars: AvatarCache;
  /** The capabilities of contacts. @internal */
  readonly caps = new OwnCaps();
  /** The capabilities of users' clients. @internal */
  readonly clientCaps = new CapsCache();
  /** How the gateway begins and ends. @internal */
  readonly lifecycle: Lifecycle;

  readonly #classes: PluginClasses;
  readonly #link: ComponentStream;
  readonly #outbox: Outbox;
  readonly #conversation = new GatewayConversation(this);
  #commandRegistry: CommandRegistry | undefined;
  #ownCaps: Element | undefined;

  constructor(services: GatewayServices) {
    const { classes, config, store, clock, newId, log, tenancy, connect } = services;
    this.#classes = classes;
    this.config = config;
    this.jid = config.jid;
    this.store = store;
    this.clock = clock;
    this.newId = newId;
    this.log = log;
    this.guard = new Guard(this);
    this.watch = new Watch(this, config.explainMessages);
    this.privileges = new Privileges(this);
    this.sessions = new Sessions(this, (user) => new classes.session(user, this));
    this.inbox = new Inbox(this, messageRoute);
    this.rosters = new UserRosters(this);
    this.registration = new Registration(this);
    this.adhocCommands = new AdhocCommands(this);
    this.chatCommands = new ChatCommands(this);
    this.files = filesFor(config, store.attachments);
    this.bits = new Bits(this);
    this.avatars = avatarsFor(config, store.avatars);
    this.#link = connect({
      onStanza: (stanza) => {
        this.watch.arrived(stanza);
        receive(this, stanza);
      },
      onOnline: () => this.lifecycle.online(),
      onOffline: (reason, retryIn) => this.lifecycle.offline(reason, retryIn),
    });
    const onError = (error: unknown) => this.exception(error);
    this.#outbox = new Outbox({ link: this.#link, journal: store.journal, clock, onError });
    const way = { link: this.#link, outbox: this.#outbox };
    this.lifecycle = new Lifecycle(this, way);
    this.administration = new Administration(this);
    this.workers = workersFor(this, way, tenancy);
  }

  /**
   * Connects, and logs in all registered users. Resolves when the server has taken the component.
   * @throws ComponentRefused when it does not.
   */
  async start(): Promise<void> {
    // Two commands of one name should be known now, not when somebody uses them.
    void this.commandRegistry;
    if (this.groups && this.#classes.bookmarks === undefined) {
      throw new ConfigError('The plugin says that its network has groups, but has no subclass of LegacyBookmarks');
    }
    await this.lifecycle.start();
  }

  /**
   * Lets the plugin finish what it has begun, takes leave of all users, logs out of the network, and closes the stream
   * when the server has read everything. What comes meanwhile is stored for the next start.
   */
  shutdown(): Promise<void> {
    return this.lifecycle.stop();
  }

  /**
   * Sends any stanza. Messages are kept until the server has read them, also over a restart; of presences the last one
   * counts when the server is back.
   */
  send(stanza: Element): void;
  /** @internal */
  send(stanza: Element, pair: Pair | undefined): void;
  send(stanza: Element, pair?: Pair): void {
    this.watch.sent(stanza);
    this.#outbox.send(stanza, pair);
  }

  /** Sends what is of no use to anybody later. @internal */
  sendTransient(stanza: Element): void {
    this.watch.sent(stanza);
    this.#outbox.sendTransient(stanza);
  }

  /**
   * Resolves when everything said so far is stored, and the server keeps up. Verbs return at once: who has very much to
   * say, as after a long absence, waits for this from time to time, so that it need not all be in memory.
   */
  drained(): Promise<void> {
    return this.#outbox.drained();
  }

  /** Stops reading from the server, for as long as somebody wants that. @internal */
  pauseReading(paused: boolean): void {
    this.#outbox.pauseReading(paused);
  }

  /** Sends XML as it is: one or more complete stanzas. @throws Error while the server is away. */
  sendRaw(data: string): void {
    if (!this.#link.online) throw new Error('the component stream is down');
    this.#outbox.sendTransient(data);
  }

  /** Sends a request, in the name of the gateway unless `from` is given, and waits for the answer. */
  request(request: IqRequest): Promise<Element | undefined> {
    return this.#link.request(request);
  }

  /** Sends a presence, from the gateway unless `from` says otherwise. Without a type: available. */
  sendPresence(header: { from?: string; to: string; type?: PresenceType }, ...payloads: readonly Element[]): void {
    this.send(presence({ from: this.jid, ...header }, ...payloads));
  }

  /** Writes to somebody, in the name of the gateway. */
  sendText(body: string, { to, mtype, ...options }: MessageOptions & Addressed): void {
    const legacyMsgId = options.legacyMsgId ?? this.newId();
    this.#voice(to, mtype).sendText(body, { ...options, legacyMsgId });
  }

  /** Sends somebody a file, in the name of the gateway. @returns its URL, if it could be uploaded. */
  sendFile(source: FileSource, { to, mtype, ...options }: FileOptions & Addressed): Promise<string | undefined> {
    return this.#voice(to, mtype).sendFile(source, options);
  }

  /** Changes an earlier message of the gateway: the one sent with this `legacyMsgId`. */
  correct(legacyMsgId: string, newText: string, { to, mtype, ...options }: CorrectionOptions & Addressed): void {
    this.#voice(to, mtype).correct(legacyMsgId, newText, options);
  }

  /** Takes back an earlier message of the gateway. */
  retract(legacyMsgId: string, { to, mtype, ...options }: NoticeOptions & Addressed): void {
    this.#voice(to, mtype).retract(legacyMsgId, options);
  }

  /** Reacts to a message, in the name of the gateway. */
  react(legacyMsgId: string, emojis: readonly string[], { to, mtype, ...options }: NoticeOptions & Addressed): void {
    this.#voice(to, mtype).react(legacyMsgId, emojis, options);
  }

  /** Sends somebody a text as a QR code. @returns the URL of the picture, if it could be uploaded. */
  async sendQr(text: string, options: FileOptions & Addressed): Promise<string | undefined> {
    const { toBuffer: qrPng } = await import('qrcode');
    const png = await qrPng(text, { type: 'png', margin: 2, scale: 8 });
    return this.sendFile(png, { fileName: 'qr.png', contentType: 'image/png', ...options });
  }

  /**
   * Asks somebody something in a chat. Resolves with their next message to the gateway, from any of their clients.
   * @param text the question; without it the next message is waited for silently.
   * @throws XmppError `remote-server-timeout` when nothing comes within ten minutes.
   */
  input(jid: JID | string, text?: string, options: MessageOptions & Pick<Addressed, 'mtype'> = {}): Promise<string> {
    const to = typeof jid === 'string' ? JID.parse(jid) : jid;
    if (text !== undefined) this.sendText(text, { ...options, to: to.withResource('') });
    return this.chatCommands.ask(to, undefined);
  }

  /**
   * Says that the QR code which somebody has been shown was scanned; with an error, that it was in vain.
   * @throws TypeError when they have not been shown one, or it has expired.
   */
  async confirmQr(userBareJid: JID | string, error?: Error): Promise<void> {
    this.registration.qrCodes.confirm(JID.parse(String(userBareJid)).bare, error);
  }

  /** The form that people fill in to register. */
  makeRegistrationForm(userJid: JID): Promise<RegistrationStep | undefined> {
    const user = this.sessions.get(userJid.bare)?.user;
    const known = { legacyModuleData: user?.legacyModuleData ?? {}, preferences: user?.preferences };
    return this.nextRegistrationStep({ jid: userJid.withResource(''), ...known });
  }

  /** Removes a user and everything the gateway knows of them. */
  unregisterUser(user: User): Promise<void> {
    return this.registration.unregister(user);
  }

  /** The session of a user, by a bare or a full JID; `undefined` when nobody of that JID is registered. */
  getSessionFromJid(jid: JID | string): BaseSession | undefined {
    return this.sessions.get(String(jid));
  }

  /** The session of a user; `undefined` when they are not registered any more. */
  getSessionFromUser(user: User): BaseSession | undefined {
    return this.sessions.get(user.jid.bare);
  }

  /** @throws XmppError `registration-required`. */
  getSessionFromStanza(stanza: Element): BaseSession {
    const session = this.sessions.get(stanza.attrs.from ?? '');
    if (session === undefined) {
      throw new XmppError('registration-required', `You are not registered with ${this.componentName}.`);
    }
    return session;
  }

  /** The room that a stanza is for. @throws StanzaError when its sender is no user, or there is no such room. */
  getMucFromStanza(stanza: Element): Promise<LegacyMUC> {
    return this.getSessionFromStanza(stanza).bookmarks.byStanza(stanza);
  }

  /** Whether somebody may use this gateway, by the option `user-jid-validator`. */
  isAllowed(jid: JID): boolean {
    return this.config.userJidValidator.test(jid.bare);
  }

  /** Whether somebody is an administrator, by the option `admins`. The resource does not matter. */
  isAdmin(jid: JID): boolean {
    return this.config.admins.includes(jid.bare);
  }

  /** Made when it is first needed: the fields of a subclass are there only after this constructor. @internal */
  get commandRegistry(): CommandRegistry {
    this.#commandRegistry ??= new CommandRegistry(this, this.commands);
    return this.#commandRegistry;
  }

  /** Whether the plugin's sessions implement a hook. @internal */
  hasHook(name: 'search' | 'onPresence' | 'onAvatar' | 'onCreateGroup' | 'onLeaveGroup'): boolean {
    return typeof this.#classes.session.prototype[name] === 'function';
  }

  /** The preferences that make a difference: what the plugin does not implement is not asked. @internal */
  get offeredPreferences(): readonly FormField[] {
    return this.preferences.filter(
      ({ var: name }) =>
        (name !== 'syncPresence' || this.hasHook('onPresence')) && (name !== 'syncAvatar' || this.hasHook('onAvatar')),
    );
  }

  /** What its numbers are read from. @internal */
  get watched(): Watched {
    return {
      watch: this.watch,
      version: VERSION,
      isLinked: () => this.#link.online,
      held: () => this.#outbox.size,
      journal: this.store.journal.stored,
      now: () => this.clock.now(),
      sessions: () => this.sessions.states,
    };
  }

  /** The gateway's own capabilities. @internal */
  get ownCaps(): Element {
    this.#ownCaps ??= this.caps.forInfo(describeGateway(this));
    return this.#ownCaps;
  }

  /** The gateway's own picture. @internal */
  get avatar(): StoredAvatar | undefined {
    return this.lifecycle.avatar;
  }

  /** @internal */
  makeRoster(session: BaseSession): LegacyRoster {
    const { roster = LegacyRoster, contact = LegacyContact } = this.#classes;
    return new roster(session, contact);
  }

  /** @internal */
  makeBookmarks(session: BaseSession): LegacyBookmarks {
    const { bookmarks = LegacyBookmarks, muc = LegacyMUC } = this.#classes;
    return new bookmarks(session, muc);
  }

  /** @internal */
  makeParticipant(muc: LegacyMUC, identity: Identity): LegacyParticipant {
    const { participant = LegacyParticipant } = this.#classes;
    return new participant(muc, identity);
  }

  /** Uploads are asked for in the name of the user where the server lets us: quotas are those of users. @internal */
  uploadRequester(user: JID): Requester {
    return { domain: user.domain, gateway: this, sender: this.privileges.bestSenderFor(user, NS_UPLOAD, 'get') };
  }

  /** The stanza error that an exception becomes: no internal text leaves the gateway. @internal */
  asStanzaError(error: unknown): StanzaError {
    if (error instanceof StanzaError) return error;
    if (error instanceof MalformedError) return StanzaError.of('bad-request', error.message);
    if (error instanceof Expired) return StanzaError.of('remote-server-timeout');
    this.watch.metrics.exceptions++;
    this.exception(error);
    return StanzaError.of('internal-server-error');
  }

  #voice(to: JID | string, type: Addressed['mtype'] = 'chat'): GatewayVoice {
    return new GatewayVoice(this, this.#conversation, typeof to === 'string' ? JID.parse(to) : to, type);
  }
}
