/** How people become users, and cease to be. Each is played alone, with a user of its own. */

import { StanzaError } from '../../../stanza/index.ts';
import { type Feature, feature } from './feature.ts';
import { demand, type Scene } from './scene.ts';

const AREA = 'sessions';

/** Milliseconds. */
const HOURS = 6 * 3600_000;

export const SESSIONS: readonly Feature[] = [
  feature({
    area: AREA,
    name: 'a registration',
    alone: true,
    async play(scene) {
      await registers(scene);
      demand(scene.session.logged, 'the user is registered, but not logged in');
      await scene.user.expects.presence(scene.kit.gateway, 'chat');
    },
  }),
  feature({
    area: AREA,
    name: 'wrong credentials are refused',
    alone: true,
    fake: ['wrongAccount'],
    async play(scene) {
      const { network, user, kit } = scene;
      try {
        await user.registers(network.wrongAccount ?? {});
      } catch (error) {
        demand(error instanceof StanzaError, `the registration failed with ${error}`);
        demand(error.condition !== 'internal-server-error', 'validate threw something else than an XmppError');
        demand(error.text !== '', 'the refusal has no text: say what is wrong');
        demand(kit.gateway.getSessionFromJid(user.jid) === undefined, 'the user was refused, and is registered');
        return;
      }
      demand(false, 'the registration with wrong credentials was accepted: check them in validate');
    },
  }),
  feature({
    area: AREA,
    name: 'registering again with the same account',
    alone: true,
    async play(scene) {
      await registers(scene);
      const dialogue = await scene.user.runs('re-register');
      const answers = scene.network.account(scene.user.name);
      while (!dialogue.isDone) {
        const names = dialogue.fields.map(({ var: name }) => name ?? '');
        await dialogue.fills(Object.fromEntries(Object.entries(answers).filter(([name]) => names.includes(name))));
      }
      await scene.kit.ready(scene.user);
      await worksBothWays(scene);
    },
  }),
  feature({
    area: AREA,
    name: 'logging in again',
    alone: true,
    async play(scene) {
      await registers(scene);
      await scene.session.reLogin();
      demand(scene.session.logged, 'reLogin did not log in');
      await worksBothWays(scene);
    },
  }),
  feature({
    area: AREA,
    name: 'the end of a registration',
    alone: true,
    async play(scene) {
      await registers(scene);
      const { session, user, network, kit } = scene;
      const contact = await scene.contact();
      await user.unregisters();
      await kit.settle();
      demand(!session.logged, 'the session is still logged in');
      await user.expects.noContact(contact);
      const start = user.client.received.length;
      await Promise.resolve(network.says?.(session, scene.where, scene.fresh('Too late'))).catch(() => undefined);
      await kit.passes(5000);
      const late = user.client.received.slice(start).find((stanza) => String(stanza).includes('Too late'));
      demand(late === undefined, 'a text came after the end');
      demand(session.saidInVain === 0, 'the plugin said something after the end: logout must stop listening');
    },
  }),
  feature({
    area: AREA,
    name: 'registering anew after the end',
    alone: true,
    async play(scene) {
      await registers(scene);
      await scene.user.unregisters();
      await scene.kit.settle();
      await registers(scene);
      await worksBothWays(scene);
    },
  }),
  feature({
    area: AREA,
    name: 'a restart logs in again',
    alone: true,
    async play(scene) {
      await registers(scene);
      await scene.kit.restart();
      await scene.kit.ready(scene.user);
      demand(scene.session.logged, 'after a restart the user is not logged in');
      await worksBothWays(scene);
    },
  }),
  feature({
    area: AREA,
    name: 'nothing goes on after the end',
    alone: true,
    async play(scene) {
      await registers(scene);
      await worksBothWays(scene);
      await scene.kit.gateway.shutdown();
      // What waits for something once comes to its end; what renews itself does not.
      const left = await scene.waitingAfter(HOURS);
      demand(left === 0, `after the end ${left} of the plugin's timers go on and on: logout must cancel them`);
    },
  }),
];

async function registers(scene: Scene): Promise<void> {
  await scene.user.registers(scene.network.account(scene.user.name));
  await scene.kit.ready(scene.user);
}

async function worksBothWays(scene: Scene): Promise<void> {
  const { session, network } = scene;
  scene.listen();
  if (session.sendText !== undefined && !network.deafTo?.includes('text')) await scene.says();
  if (network.says !== undefined) await scene.hearsFrom();
}
