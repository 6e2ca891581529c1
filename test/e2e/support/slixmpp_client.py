"""A slixmpp client driven over standard input and output, one JSON object a line.

In: {"do": "...", "id": n, ...}. Out: {"re": n, "ok": ...} or {"re": n, "error": ...} for each, and events such as
{"event": "message", ...} in between. All XMPP is slixmpp's own doing: its plugins, its receipts, its roster.
What is newer than slixmpp 1.8 is sent as it is written ("send"), and found in the "xml" of events.
"""
import asyncio
import hashlib
import http.client
import json
import mimetypes
import os
import sys
import urllib.parse
import urllib.request

from slixmpp import JID, ClientXMPP
from slixmpp.exceptions import IqError, IqTimeout, PresenceError
from slixmpp.xmlstream import ET
from slixmpp.xmlstream.handler import Callback, Collector
from slixmpp.xmlstream.matcher import MatchXPath, StanzaPath

MUC_USER = "{http://jabber.org/protocol/muc#user}"
EVENT = "{http://jabber.org/protocol/pubsub#event}"
RSM = "{http://jabber.org/protocol/rsm}"
SID = "{urn:xmpp:sid:0}"


def emit(**data):
    print(json.dumps(data, default=str), flush=True)


def condition_of(stanza):
    """slixmpp does not know all of them."""
    for child in stanza.xml.iterfind("{jabber:client}error/*"):
        namespace, name = child.tag[1:].split("}")
        if namespace == "urn:ietf:params:xml:ns:xmpp-stanzas" and name != "text":
            return name
    return None


def standing(xml):
    """What a room says about somebody in it."""
    x = xml.find(MUC_USER + "x")
    item = x.find(MUC_USER + "item") if x is not None else None
    fields = {} if item is None else {name: item.get(name) for name in ("affiliation", "role", "jid", "nick")}
    destroy = x.find(MUC_USER + "destroy") if x is not None else None
    return {**fields, "reason": item.findtext(MUC_USER + "reason") if item is not None else None,
            "destroyed": destroy.findtext(MUC_USER + "reason") if destroy is not None else None,
            "statuses": sorted(int(each.get("code")) for each in x.iterfind(MUC_USER + "status")) if x is not None else []}


def occupant(pres):
    id = pres.xml.find("{urn:xmpp:occupant-id:0}occupant-id")
    return {**standing(pres.xml), "occupantId": id.get("id") if id is not None else None,
            "hats": [each.get("title") for each in pres.xml.iter("{urn:xmpp:hats:0}hat")]}


class Client(ClientXMPP):
    def __init__(self, jid, password, auto_accept):
        super().__init__(jid, password)
        for plugin in ("xep_0004", "xep_0030", "xep_0045", "xep_0050", "xep_0054", "xep_0055", "xep_0059", "xep_0060",
                       "xep_0066", "xep_0077", "xep_0084", "xep_0085", "xep_0115", "xep_0153", "xep_0163", "xep_0172",
                       "xep_0184", "xep_0199", "xep_0203", "xep_0249", "xep_0280", "xep_0308", "xep_0313", "xep_0319",
                       "xep_0333", "xep_0359", "xep_0363", "xep_0421", "xep_0424", "xep_0425", "xep_0444", "xep_0461"):
            self.register_plugin(plugin)
        for node in ("urn:xmpp:bookmarks:1", "urn:xmpp:mds:displayed:0"):
            self["xep_0163"].add_interest(node)
        # slixmpp would register the account itself with the server otherwise.
        self["xep_0077"].create_account = False
        self.use_message_ids = True
        self.auto_authorize = auto_accept
        self.auto_subscribe = auto_accept
        self.add_event_handler("session_start", self.on_start)
        self.add_event_handler("message", self.on_message)
        self.add_event_handler("message_error", self.on_message)
        self.add_event_handler("receipt_received", self.on_receipt)
        self.add_event_handler("marker_displayed", self.on_displayed)
        self.add_event_handler("marker_received", lambda msg: self.on_marker(msg, "received"))
        self.add_event_handler("reactions", self.on_reactions)
        self.add_event_handler("carbon_sent", self.on_carbon)
        self.add_event_handler("avatar_metadata_publish", self.on_avatar)
        self.add_event_handler("user_nick_publish", self.on_nick)
        self.add_event_handler("roster_update", self.on_roster)
        self.add_event_handler("pubsub_publish", self.on_publication)
        self.add_event_handler("pubsub_retract", self.on_publication)
        self.add_event_handler("groupchat_direct_invite", self.on_invitation)
        self.add_event_handler("groupchat_subject", self.on_subject)
        self.add_event_handler("moderated_message", self.on_moderation)
        self.add_event_handler("failed_auth", lambda _: emit(event="failed_auth"))
        for state in ("active", "composing", "paused", "inactive", "gone"):
            self.add_event_handler("chatstate_" + state, self.on_chat_state)
        # Of rooms slixmpp has no such events, or not for everything.
        self.register_handler(Callback("rooms", StanzaPath("message"), self.on_room))
        self.register_handler(Callback("presences", StanzaPath("presence"), self.on_presence))

    async def on_start(self, _):
        await self.get_roster()
        self.send_presence()
        emit(event="online", jid=str(self.boundjid))

    def on_room(self, msg):
        if msg["type"] == "groupchat":
            emit(event="groupchat", **self.groupchat(msg))
        # Somebody who is not there, but belongs to it.
        elif msg["type"] == "normal" and msg.xml.find(MUC_USER + "x") is not None:
            emit(event="standing", **{"from": str(msg["from"])}, **standing(msg.xml))

    def on_message(self, msg):
        if msg["type"] == "groupchat" or not msg["body"] and msg["type"] != "error":
            return
        # slixmpp puts in what is asked for and missing.
        xml = str(msg)
        emit(event="message", **{"from": str(msg["from"])}, id=msg["id"], type=msg["type"], body=msg["body"],
             replaces=msg["replace"]["id"] if msg.xml.find("{urn:xmpp:message-correct:0}replace") is not None else None,
             condition=condition_of(msg),
             text=msg["error"]["text"] if msg["type"] == "error" else None,
             markable=msg.xml.find("{urn:xmpp:chat-markers:0}markable") is not None,
             thread=msg["thread"], replyTo=msg["reply"]["to"], replyId=msg["reply"]["id"], url=msg["oob"]["url"],
             delay=str(msg["delay"]["stamp"]) if msg["delay"]["stamp"] else None, xml=xml)

    def groupchat(self, msg):
        """What a message in a room says."""
        xml = str(msg)
        ids = {each.get("by"): each.get("id") for each in msg.xml.iterfind(SID + "stanza-id")}
        occupant = msg.xml.find("{urn:xmpp:occupant-id:0}occupant-id")
        return {"from": str(msg["from"]), "to": str(msg["to"]), "id": msg["id"], "body": msg["body"], "stanzaIds": ids,
                "originId": msg.xml.find(SID + "origin-id").get("id")
                if msg.xml.find(SID + "origin-id") is not None else None,
                "occupantId": occupant.get("id") if occupant is not None else None,
                "replaces": msg["replace"]["id"]
                if msg.xml.find("{urn:xmpp:message-correct:0}replace") is not None else None,
                "subject": msg.xml.findtext("{jabber:client}subject"),
                "replyTo": msg["reply"]["to"], "replyId": msg["reply"]["id"], "url": msg["oob"]["url"],
                "delay": str(msg["delay"]["stamp"]) if msg["delay"]["stamp"] else None,
                "statuses": standing(msg.xml)["statuses"], "xml": xml}

    def on_publication(self, msg):
        # Not by slixmpp's own iterator: slixmpp itself is in the middle of it.
        [items] = msg.xml.iter(EVENT + "items")
        emit(event="publication", **{"from": str(msg["from"])}, node=items.get("node"), xml=str(msg),
             ids=[item.get("id") for item in items])

    def on_invitation(self, msg):
        invite = msg["groupchat_invite"]
        emit(event="invitation", **{"from": str(msg["from"])}, room=str(invite["jid"]), reason=invite["reason"])

    def on_subject(self, msg):
        emit(event="subject", **{"from": str(msg["from"])}, subject=msg["subject"])

    def on_moderation(self, msg):
        moderated = msg["apply_to"]["moderated"]
        emit(event="moderated", **{"from": str(msg["from"])}, id=msg["apply_to"]["id"], by=str(moderated["by"]),
             reason=moderated["reason"])

    def on_receipt(self, msg):
        emit(event="receipt", **{"from": str(msg["from"])}, id=msg["receipt"])

    def on_displayed(self, msg):
        self.on_marker(msg, "displayed")

    def on_marker(self, msg, kind):
        emit(event=kind, **{"from": str(msg["from"])}, id=msg[kind]["id"])

    def on_carbon(self, msg):
        sent = msg["carbon_sent"]
        xml = str(sent)
        emit(event="carbon", **{"from": str(sent["from"])}, to=str(sent["to"]), id=sent["id"], body=sent["body"],
             xml=xml)

    def on_avatar(self, msg):
        infos = msg["pubsub_event"]["items"]["item"]["avatar_metadata"]["items"]
        emit(event="avatar", **{"from": str(msg["from"])}, ids=[info["id"] for info in infos],
             types=[info["type"] for info in infos])

    def on_nick(self, msg):
        emit(event="nick", **{"from": str(msg["from"])}, nick=msg["pubsub_event"]["items"]["item"]["nick"]["nick"])

    def on_reactions(self, msg):
        emit(event="reactions", **{"from": str(msg["from"])}, id=msg["reactions"]["id"],
             emojis=sorted(msg["reactions"]["values"]))

    def on_chat_state(self, msg):
        if not msg["body"]:
            emit(event="chat_state", **{"from": str(msg["from"])}, state=msg["chat_state"])

    def on_presence(self, pres):
        since = pres["idle"]["since"] if pres.xml.find("{urn:xmpp:idle:1}idle") is not None else None
        condition = condition_of(pres) if pres["type"] == "error" else None
        emit(event="presence", **{"from": str(pres["from"])}, type=pres["type"], status=pres["status"], id=pres["id"],
             nick=pres["nick"]["nick"], since=since.isoformat() if since else None, condition=condition,
             occupant=occupant(pres) if pres.xml.find(MUC_USER + "x") is not None else None,
             photo=pres.xml.findtext("{vcard-temp:x:update}x/{vcard-temp:x:update}photo"))

    def on_roster(self, iq):
        items = iq["roster"]["items"]
        emit(event="roster", items={str(jid): {"name": item["name"], "subscription": item["subscription"],
                                               "groups": item["groups"]} for jid, item in items.items()})

    async def do_join(self, room, nick, since=None, **history):
        """Comes into a room; returns what slixmpp makes of it: oneself, the others, the subject, the history."""
        if since is not None:
            history["since"] = self["xep_0082"].parse(since)
        me, subject, others, said = await self["xep_0045"].join_muc_wait(room, nick, **history)
        return {"self": {"from": str(me["from"]), "id": me["id"], **occupant(me)},
                "occupants": [{"from": str(each["from"]), **occupant(each)} for each in others],
                "subject": {"from": str(subject["from"]), "text": subject["subject"],
                            "stamp": str(subject["delay"]["stamp"])},
                "history": [self.groupchat(each) for each in said]}

    async def do_leave(self, room, nick):
        self["xep_0045"].leave_muc(room, nick)

    async def do_affiliations(self, room, affiliation):
        """The addresses, and what else the list says."""
        return [str(jid) for jid in await self["xep_0045"].get_affiliation_list(room, affiliation)]

    async def do_roles(self, room, role):
        return await self["xep_0045"].get_roles_list(room, role)

    async def do_set_affiliation(self, room, affiliation, **whom):
        await self["xep_0045"].set_affiliation(room, affiliation, **whom)

    async def do_set_role(self, room, nick, role, reason=""):
        await self["xep_0045"].set_role(room, nick, role, reason=reason)

    async def do_room_config(self, room, values=None):
        """Fills in the form with these values; returns what was in it."""
        form = await self["xep_0045"].get_room_config(room)
        before = {name: field["value"] for name, field in form.get_fields().items()}
        if values is not None:
            form["type"] = "submit"
            for name, value in values.items():
                form.get_fields()[name]["value"] = value
            await self["xep_0045"].set_room_config(room, form)
        return before

    async def do_destroy(self, room, reason):
        await self["xep_0045"].destroy(room, reason)

    async def do_set_subject(self, room, subject):
        self["xep_0045"].set_subject(room, subject)

    async def do_invite(self, room, jid, reason, mediated):
        if mediated:
            self["xep_0045"].invite(room, jid, reason)
        else:
            self["xep_0249"].send_invitation(jid, room, reason=reason)

    async def do_moderate(self, room, id, reason):
        """As slixmpp does it: XEP-0425 before 0.3."""
        await self["xep_0425"].moderate(JID(room), id, reason)

    async def do_mam_pages(self, room, max, reverse=False):
        """All of an archive, page by page, as slixmpp does it; the texts."""
        found = self["xep_0313"].iterate(JID(room), rsm={"max": max}, reverse=reverse)
        return [each["mam_result"]["forwarded"]["stanza"]["body"] async for each in found]

    async def do_mam_metadata(self, room):
        metadata = (await self["xep_0313"].get_archive_metadata(JID(room)))["mam_metadata"]
        return {"start": metadata["start"]["id"], "end": metadata["end"]["id"]}

    async def do_mam_fields(self, room):
        return sorted((await self["xep_0313"].get_fields(JID(room))).get_fields())

    async def do_mam(self, room, query=""):
        """A query with anything in it; returns what was found, and the end."""
        iq = self.make_iq_set(ito=room)
        mam = ET.fromstring("<query xmlns='urn:xmpp:mam:2'>%s</query>" % query)
        mam.set("queryid", iq["id"])
        iq.append(mam)
        results = Collector("results of %s" % iq["id"], MatchXPath("{jabber:client}message/{urn:xmpp:mam:2}result"))
        self.register_handler(results)
        try:
            answer = await iq.send()
        finally:
            found = results.stop()
        fin = answer.xml.find("{urn:xmpp:mam:2}fin")
        end = {name: fin.findtext(RSM + "set/" + RSM + name) for name in ("first", "last", "count")}
        assert all(each["mam_result"]["queryid"] == iq["id"] for each in found)
        return {"complete": fin.get("complete") == "true", **end,
                "ids": [each["mam_result"]["id"] for each in found],
                "texts": [each["mam_result"]["forwarded"]["stanza"]["body"] for each in found],
                "xml": [str(each) for each in found]}

    async def do_items(self, jid):
        items = (await self["xep_0030"].get_items(jid=jid))["disco_items"]["items"]
        return sorted([item[0], item[2]] for item in items)

    async def do_register(self, to, values):
        form = await self["xep_0077"].get_registration(jid=to)
        iq = self.Iq()
        iq["type"] = "set"
        iq["to"] = to
        for name in form["register"]["fields"]:
            iq["register"][name] = values[name]
        await iq.send()
        return sorted(form["register"]["fields"])

    async def do_command(self, to, node, answers):
        """Plays an ad-hoc command with these answers, one dictionary a form; returns the last notes."""
        reply = await self["xep_0050"].send_command(to, node)
        for answer in answers:
            form = self["xep_0004"].make_form(ftype="submit")
            for name, value in answer.items():
                form.add_field(var=name, value=value)
            reply = await self["xep_0050"].send_command(to, node, action="next", payload=form.xml,
                                                        sessionid=reply["command"]["sessionid"])
        return [note.text for note in reply.xml.iter("{http://jabber.org/protocol/commands}note")]

    async def do_execute(self, to, node, session=None, action="execute", values=None):
        """One step of an ad-hoc command."""
        form = None
        if values is not None:
            form = self["xep_0004"].make_form(ftype="submit")
            for name, value in values.items():
                form.add_field(var=name, value=value)
        reply = await self["xep_0050"].send_command(to, node, action=action, payload=form and form.xml,
                                                    sessionid=session)
        command = reply["command"]
        shown = command["form"]
        return {"session": command["sessionid"], "status": command["status"],
                "actions": sorted(command["actions"]), "title": shown["title"],
                "notes": [note.text for note in reply.xml.iter("{http://jabber.org/protocol/commands}note")],
                "fields": {field["var"]: field["type"] for field in shown if field["var"]},
                "items": [dict(item) for item in shown.get_items()]}

    async def do_commands(self, to):
        items = await self["xep_0050"].get_commands(to)
        return {item[1]: item[2] for item in items["disco_items"]["items"]}

    async def do_info(self, jid):
        info = (await self["xep_0030"].get_info(jid=jid, cached=False))["disco_info"]
        return {"identities": sorted("%s/%s" % (i[0], i[1]) for i in info["identities"]),
                "names": sorted(i[3] for i in info["identities"] if i[3]), "features": sorted(info["features"]),
                "facts": {field.get("var"): field.findtext("{jabber:x:data}value")
                          for field in info.xml.iter("{jabber:x:data}field")}}

    async def do_unregister(self, to):
        await self["xep_0077"].cancel_registration(jid=to)

    async def do_ping(self, to):
        return await self["xep_0199"].ping(to) is not None

    async def do_say(self, to, body, request_receipt=True, thread=None, type="chat"):
        msg = self.make_message(mto=to, mbody=body, mtype=type)
        msg["request_receipt"] = request_receipt and type == "chat"
        if thread is not None:
            msg["thread"] = thread
        msg.send()
        return msg["id"]

    async def do_correct(self, to, id, body, type="chat"):
        msg = self.make_message(mto=to, mbody=body, mtype=type)
        msg["replace"]["id"] = id
        msg.send()
        return msg["id"]

    async def do_react(self, to, id, emojis, type=None):
        if type is None:
            self["xep_0444"].send_reactions(to, id, set(emojis))
            return
        msg = self.make_message(mto=to, mtype=type)
        self["xep_0444"].set_reactions(msg, id, set(emojis))
        msg.send()

    async def do_reply(self, to, body, author, id, type="chat"):
        self["xep_0461"].send_reply(author, id, mto=to, mbody=body, mtype=type)

    async def do_send(self, xml):
        self.send_raw(xml)

    async def do_displayed(self, to, id, type="chat"):
        if type == "chat":
            self["xep_0333"].send_marker(to, id, "displayed")
            return
        msg = self.make_message(mto=to, mtype=type)
        msg["displayed"]["id"] = id
        msg.send()

    async def do_presence(self, show=None, status=None):
        self.send_presence(pshow=show, pstatus=status)

    async def do_subscribe(self, to):
        self.send_presence_subscription(to)

    async def do_enable_carbons(self):
        await self["xep_0280"].enable()

    async def do_publish_avatar(self, path, type, width, height):
        """As a picture of one's own; returns its hash."""
        with open(path, "rb") as file:
            data = file.read()
        hash = self["xep_0084"].generate_id(data)
        await self["xep_0084"].publish_avatar(data)
        await self["xep_0084"].publish_avatar_metadata(
            {"id": hash, "type": type, "bytes": str(len(data)), "width": str(width), "height": str(height)})
        return hash

    async def do_avatar(self, of, id):
        """Fetches a picture; returns the hash of what came."""
        items = (await self["xep_0084"].retrieve_avatar(of, id))["pubsub"]["items"]
        return hashlib.sha1(items["item"]["avatar_data"]["value"]).hexdigest()

    async def do_vcard(self, of):
        vcard = (await self["xep_0054"].get_vcard(of, cached=False))["vcard_temp"]
        note = vcard.xml.findtext("{vcard-temp}NOTE")
        photo = vcard["PHOTO"]["BINVAL"]
        return {"name": vcard["FN"], "nicks": vcard["NICKNAME"], "note": note, "birthday": str(vcard["BDAY"]),
                "emails": [mail["USERID"] for mail in vcard["emails"]],
                "phones": [tel["NUMBER"] for tel in vcard["telephone_numbers"]],
                "photo": hashlib.sha1(photo).hexdigest() if photo else None}

    async def do_search_form(self, to):
        iq = self.make_iq_get(ito=to)
        iq.enable("search")
        return sorted((await iq.send())["search"]["form"].get_fields())

    async def do_search(self, to, values):
        iq = self["xep_0055"].make_search_iq(ito=to)
        for name, value in values.items():
            iq["search"]["form"].add_field(var=name, value=value)
        return [dict(item) for item in (await iq.send())["search"]["form"].get_items()]

    async def do_request(self, to, type, payload):
        """Any request; returns the XML of the answer's payload."""
        iq = self.make_iq(ito=to, itype=type)
        iq.append(ET.fromstring(payload))
        return [ET.tostring(child, encoding="unicode") for child in (await iq.send()).xml]

    async def do_upload(self, path):
        """Puts a file to the server's upload service, a piece at a time; returns its URL."""
        service = await self.upload_service()
        size = os.path.getsize(path)
        type = mimetypes.guess_type(path)[0] or "application/octet-stream"
        slot = (await self["xep_0363"].request_slot(service, os.path.basename(path), size, type))["http_upload_slot"]
        # slixmpp clears stanzas when the next ones come.
        to, url = slot["put"]["url"], slot["get"]["url"]
        headers = {"Content-Type": type, "Content-Length": str(size),
                   **{header["name"]: header["value"] for header in slot["put"]["headers"]}}
        await asyncio.get_running_loop().run_in_executor(None, put, to, path, headers)
        return url

    async def upload_service(self):
        """slixmpp's own look-up does not work with Python 3.11."""
        items = (await self["xep_0030"].get_items(jid=self.boundjid.domain))["disco_items"]["items"]
        for jid, _, _ in items:
            try:
                info = (await self["xep_0030"].get_info(jid=jid, cached=False))["disco_info"]
            except IqError:
                continue
            if "urn:xmpp:http:upload:0" in info["features"]:
                return jid
        raise LookupError("the server has no upload service")

    async def do_share(self, to, url, type="chat"):
        msg = self.make_message(mto=to, mbody=url, mtype=type)
        msg["oob"]["url"] = url
        msg.send()
        return msg["id"]

    async def do_download(self, url):
        """Returns size and hash of what is there."""
        return await asyncio.get_running_loop().run_in_executor(None, download, url)

    async def do_state(self, to, state):
        msg = self.make_message(mto=to, mtype="chat")
        msg["chat_state"] = state
        msg.send()

    async def do_roster(self):
        """As the server has it: slixmpp's own copy also has everybody whose presence has come."""
        iq = self.Iq()
        iq["type"] = "get"
        iq.enable("roster")
        answer = await iq.send()
        return {str(jid): {"name": item["name"], "subscription": item["subscription"], "groups": item["groups"]}
                for jid, item in answer["roster"]["items"].items()}


def put(url, path, headers):
    """urllib would read the file as a whole."""
    at = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(at.netloc)
    with open(path, "rb") as file:
        connection.request("PUT", urllib.parse.urlunsplit(("", "", at.path, at.query, "")), body=file, headers=headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    if response.status >= 300:
        raise RuntimeError("the upload service answers with status %d" % response.status)


def download(url):
    hash = hashlib.sha256()
    size = 0
    with urllib.request.urlopen(url) as response:
        while piece := response.read(1 << 16):
            hash.update(piece)
            size += len(piece)
    return {"size": size, "sha256": hash.hexdigest()}


async def main():
    jid, password, port, auto_accept = sys.argv[1:5]
    client = Client(jid, password, auto_accept == "accept")
    client.connect(("127.0.0.1", int(port)), use_ssl=False, force_starttls=False, disable_starttls=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

    async def run(order):
        try:
            emit(re=order["id"], ok=await getattr(client, "do_" + order.pop("do"))(**order["args"]))
        except IqError as e:
            emit(re=order["id"], error=e.condition, text=e.text)
        except PresenceError as e:
            emit(re=order["id"], error=condition_of(e.presence), text=e.text)
        except IqTimeout:
            emit(re=order["id"], error="timeout")
        except Exception as e:  # the test shall see what went wrong here
            emit(re=order["id"], error=repr(e))

    while line := await reader.readline():
        asyncio.ensure_future(run(json.loads(line)))
    await client.disconnect()


asyncio.run(main())
