/** Groups as rooms. */

import { subjectChange } from '../../../xep/0045-muc.ts';
import type { RoomVisit } from '../kit/room.ts';
import { type Feature, feature } from './feature.ts';
import { demand, type Scene } from './scene.ts';

const AREA = 'groups';

export const GROUPS: readonly Feature[] = [
  inRoom('coming in, and who is there', {}, async (scene, room) => {
    demand(room.occupants.has(room.nick), 'the user is not among the occupants');
    const nick = await nickOf(scene);
    demand(room.occupants.has(nick), `${nick} is not among the occupants: see fillParticipants`);
    demand(room.subject !== undefined, 'there was no subject, not even an empty one');
  }),
  inRoom("the user's text", { hook: 'sendText', hears: 'text' }, async (scene, room) => {
    const text = scene.fresh('Hello all');
    await room.says(text);
    const act = await scene.hears(`the text ${text} in the group`, 'text', (each) => each.text === text);
    demand(act.chat === scene.group, `the network heard it in the chat ${act.chat} instead of ${scene.group}`);
  }),
  inRoom("somebody else's text", { fake: ['says'] }, async (scene, room) => {
    const text = scene.fresh('Good day all');
    await scene.does('says').call(scene.network, scene.session, inGroup(scene), text);
    const message = await room.expects.text(text, { from: await nickOf(scene) });
    demand(message.id !== '', 'it has no id');
  }),
  inRoom("a reaction to somebody's text", { hook: 'react', hears: 'reaction', fake: ['says'] }, async (scene, room) => {
    const text = scene.fresh('Good day all');
    const id = await scene.does('says').call(scene.network, scene.session, inGroup(scene), text);
    await scene.user.reacts(await room.expects.text(text), ['👍']);
    await scene.hears(`a reaction to ${id}`, 'reaction', (act) => act.id === id && act.chat === scene.group);
  }),
  inRoom('a correction by somebody', { fake: ['says', 'edits'] }, async (scene, room) => {
    const text = scene.fresh('Good day all');
    const id = await scene.does('says').call(scene.network, scene.session, inGroup(scene), text);
    const message = await room.expects.text(text);
    await scene.does('edits').call(scene.network, scene.session, inGroup(scene), id, `${text}!`);
    await room.expects.correction(message, `${text}!`);
  }),
  inRoom('a retraction by somebody', { fake: ['says', 'deletes'] }, async (scene, room) => {
    const text = scene.fresh('Good day all');
    const id = await scene.does('says').call(scene.network, scene.session, inGroup(scene), text);
    const message = await room.expects.text(text);
    await scene.does('deletes').call(scene.network, scene.session, inGroup(scene), id);
    await room.expects.retraction(message);
  }),
  inRoom('the subject changes', { fake: ['setsSubject'] }, async (scene, room) => {
    const subject = scene.fresh('Weather');
    await scene.does('setsSubject').call(scene.network, scene.session, inGroup(scene), subject);
    // Others may change it at the same time.
    await room.expects.becomes(`the subject "${subject}"`, () => {
      return scene.user.client.received.some((stanza) => subjectChange(stanza) === subject) || undefined;
    });
  }),
  inRoom('what was said is kept', { fake: ['says'] }, async (scene, room) => {
    const text = scene.fresh('Remember');
    await scene.does('says').call(scene.network, scene.session, inGroup(scene), text);
    await room.expects.text(text);
    const kept = await room.archive({ newestFirst: true, pageSize: 20 });
    const times = kept.filter(({ body }) => body === text).length;
    demand(times === 1, `it is in the archive ${times} times`);
  }),
  feature({
    area: AREA,
    name: 'the groups are bookmarked',
    fake: ['groups'],
    async play(scene) {
      const room = await scene.muc();
      demand(room.displayName !== '', 'the group has no name');
      if (!scene.kit.server.privileges) return;
      const bookmarks = await scene.user.bookmarks();
      demand(
        bookmarks.some(({ jid }) => jid === room.jid.bare),
        `${room.jid.bare} is not among the bookmarks: call addToBookmarks in fill`,
      );
    },
  }),
];

/** Joins, plays, and leaves. */
function inRoom(
  name: string,
  needs: Pick<Feature, 'hook' | 'fake' | 'hears'>,
  play: (scene: Scene, room: RoomVisit) => Promise<void>,
): Feature {
  return feature({
    area: AREA,
    name,
    ...needs,
    fake: ['groups', ...(needs.fake ?? [])],
    inGroup: true,
    async play(scene) {
      const room = await scene.user.joins(await scene.muc());
      try {
        await play(scene, room);
      } finally {
        await room.leaves();
      }
    },
  });
}

function inGroup(scene: Scene) {
  return { from: scene.person, group: scene.group };
}

async function nickOf(scene: Scene): Promise<string> {
  return (await (await scene.muc()).getParticipantByLegacyId(scene.person)).nickname;
}
