import * as assert from 'uvu/assert';
import { errorReply, StanzaError, StreamError } from '../../src/stanza/index.ts';
import { suite } from '../support/test.ts';
import { stanza } from '../support/xml.ts';

const test = suite('errors');
const NS = "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'";

test('stanza error :: written and read again', () => {
  const error = new StanzaError('modify', 'bad-request', 'No <x/>.', {
    by: 'room@gw',
    application: [stanza("<bad-action xmlns='http://jabber.org/protocol/commands'/>")],
  });
  const xml = `<error type='modify' by='room@gw'><bad-request ${NS}/><text ${NS} xml:lang='en'>No &lt;x/&gt;.</text><bad-action xmlns='http://jabber.org/protocol/commands'/></error>`;
  const reply = errorReply(stanza("<iq from='a@b/c' to='gw' id='1' type='set'/>"), error);
  assert.is(String(reply), `<iq xmlns='jabber:client' to='a@b/c' from='gw' id='1' type='error'>${xml}</iq>`);
  const again = StanzaError.fromStanza(reply);
  assert.equal(
    [again.type, again.condition, again.text, again.by, again.application.map(String)],
    [error.type, error.condition, error.text, error.by, error.application.map(String)],
  );
});

test('stanza error :: what a peer leaves out or gets wrong', () => {
  const read = (xml: string) => {
    const { type, condition, text } = StanzaError.fromStanza(stanza(xml));
    return [type, condition, text];
  };
  assert.equal(read("<message type='error'/>"), ['cancel', 'undefined-condition', '']);
  assert.equal(read("<message type='error'><error/></message>"), ['cancel', 'undefined-condition', '']);
  assert.equal(read(`<message><error type='odd'><forbidden ${NS}/></error></message>`), ['auth', 'forbidden', '']);
  assert.equal(read(`<message><error type='wait'><odd ${NS}/></error></message>`), ['wait', 'undefined-condition', '']);
  assert.equal(read('<message><error><forbidden/></error></message>'), ['cancel', 'undefined-condition', '']);
});

test('stream error :: is written also when its text quotes what XML cannot carry', () => {
  const xml = new StreamError('not-well-formed', 'a name cannot be a\0b').toXml();
  assert.not.match(xml, '\0');
  assert.match(xml, 'a name cannot be a');
});

test('stanza error :: has the usual type of its condition unless told', () => {
  assert.is(StanzaError.of('item-not-found').type, 'cancel');
  assert.is(StanzaError.of('registration-required').type, 'auth');
  assert.is(StanzaError.of('recipient-unavailable').type, 'wait');
});

test('stream error :: written and read again', () => {
  const error = new StreamError('policy-violation', 'too much');
  const ns = "xmlns='urn:ietf:params:xml:ns:xmpp-streams'";
  assert.is(
    error.toXml(),
    `<stream:error><policy-violation ${ns}/><text ${ns} xml:lang='en'>too much</text></stream:error>`,
  );
  const read = StreamError.fromElement(
    stanza(`<error xmlns='http://etherx.jabber.org/streams'><conflict ${ns}/></error>`),
  );
  assert.equal([read.condition, read.text, read.remote], ['conflict', '', true]);
  const odd = StreamError.fromElement(stanza("<error xmlns='http://etherx.jabber.org/streams'><odd/></error>"));
  assert.is(odd.condition, 'undefined-condition');
});

test.run();
