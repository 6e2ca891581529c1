"""A slixmpp client driven over standard input and output, one JSON object a line.

In: {"do": "...", "id": n, ...}. Out: {"re": n, "ok": ...} or {"re": n, "error": ...} for each, and events such as
{"event": "message", ...} in between. All XMPP is slixmpp's own doing: its plugins, its receipts, its roster.
"""
import asyncio
import json
import sys

from slixmpp import ClientXMPP
from slixmpp.exceptions import IqError, IqTimeout


def emit(**data):
    print(json.dumps(data), flush=True)


class Client(ClientXMPP):
    def __init__(self, jid, password, auto_accept):
        super().__init__(jid, password)
        for plugin in ("xep_0004", "xep_0030", "xep_0050", "xep_0077", "xep_0085", "xep_0115", "xep_0184",
                       "xep_0199", "xep_0280", "xep_0308", "xep_0333", "xep_0444"):
            self.register_plugin(plugin)
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
        self.add_event_handler("reactions", self.on_reactions)
        self.add_event_handler("roster_update", self.on_roster)
        self.add_event_handler("failed_auth", lambda _: emit(event="failed_auth"))
        for state in ("active", "composing", "paused"):
            self.add_event_handler("chatstate_" + state, self.on_chat_state)
        for kind in ("available", "away", "chat", "dnd", "xa", "unavailable", "subscribe", "subscribed", "unsubscribe",
                     "unsubscribed"):
            self.add_event_handler("presence_" + kind, self.on_presence)

    async def on_start(self, _):
        await self.get_roster()
        self.send_presence()
        emit(event="online", jid=str(self.boundjid))

    def on_message(self, msg):
        if not msg["body"] and msg["type"] != "error":
            return
        emit(event="message", **{"from": str(msg["from"])}, id=msg["id"], type=msg["type"], body=msg["body"],
             replaces=msg["replace"]["id"] if msg.xml.find("{urn:xmpp:message-correct:0}replace") is not None else None,
             condition=msg["error"]["condition"] if msg["type"] == "error" else None,
             markable=msg.xml.find("{urn:xmpp:chat-markers:0}markable") is not None)

    def on_receipt(self, msg):
        emit(event="receipt", **{"from": str(msg["from"])}, id=msg["receipt"])

    def on_displayed(self, msg):
        emit(event="displayed", **{"from": str(msg["from"])}, id=msg["displayed"]["id"])

    def on_reactions(self, msg):
        emit(event="reactions", **{"from": str(msg["from"])}, id=msg["reactions"]["id"],
             emojis=sorted(msg["reactions"]["values"]))

    def on_chat_state(self, msg):
        if not msg["body"]:
            emit(event="chat_state", **{"from": str(msg["from"])}, state=msg["chat_state"])

    def on_presence(self, pres):
        emit(event="presence", **{"from": str(pres["from"])}, type=pres["type"], status=pres["status"])

    def on_roster(self, iq):
        items = iq["roster"]["items"]
        emit(event="roster", items={str(jid): {"name": item["name"], "subscription": item["subscription"],
                                               "groups": item["groups"]} for jid, item in items.items()})

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

    async def do_info(self, jid):
        info = (await self["xep_0030"].get_info(jid=jid, cached=False))["disco_info"]
        return {"identities": sorted("%s/%s" % (i[0], i[1]) for i in info["identities"]),
                "features": sorted(info["features"])}

    async def do_unregister(self, to):
        await self["xep_0077"].cancel_registration(jid=to)

    async def do_ping(self, to):
        return await self["xep_0199"].ping(to) is not None

    async def do_say(self, to, body, request_receipt=True):
        msg = self.make_message(mto=to, mbody=body, mtype="chat")
        msg["request_receipt"] = request_receipt
        msg.send()
        return msg["id"]

    async def do_displayed(self, to, id):
        self["xep_0333"].send_marker(to, id, "displayed")

    async def do_state(self, to, state):
        msg = self.make_message(mto=to, mtype="chat")
        msg["chat_state"] = state
        msg.send()

    async def do_roster(self):
        return {jid: {"name": self.client_roster[jid]["name"],
                      "subscription": self.client_roster[jid]["subscription"],
                      "groups": self.client_roster[jid]["groups"]} for jid in self.client_roster.keys()}


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
        except IqTimeout:
            emit(re=order["id"], error="timeout")
        except Exception as e:  # the test shall see what went wrong here
            emit(re=order["id"], error=repr(e))

    while line := await reader.readline():
        asyncio.ensure_future(run(json.loads(line)))
    await client.disconnect()


asyncio.run(main())
