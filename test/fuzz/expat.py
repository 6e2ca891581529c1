"""Reads streams, one as a JSON string on each line, with expat and the rules of RFC 6120, and prints what it finds."""

import json
import sys
import xml.parsers.expat

XML = "http://www.w3.org/XML/1998/namespace"


class Refused(Exception):
    pass


def spelled(name):
    """`(namespace, local)`: expat puts a line end between them, which no name holds."""
    ns, _, local = name.rpartition("\n")
    return ns, local


def read(stream):
    parser = xml.parsers.expat.ParserCreate(None, "\n")
    parser.buffer_text = True
    open_elements = []
    elements = []

    def refuse(*_):
        raise Refused

    def start(name, attrs):
        open_elements.append((name, attrs, []))

    def end(_):
        name, attrs, children = open_elements.pop()
        if not open_elements:
            return
        ns, local = spelled(name)
        pairs = []
        for key, value in attrs.items():
            key_ns, key_local = spelled(key)
            if key_ns == XML:
                key_local = "xml:" + key_local
            elif key_ns:
                key_local = "{" + key_ns + "}" + key_local
            pairs.append([key_local, value])
        element = [local, ns, pairs, children]
        (elements if len(open_elements) == 1 else open_elements[-1][2]).append(element)

    def text(data):
        if len(open_elements) < 2:
            if data.strip(" \t\r\n"):
                refuse()
            return
        children = open_elements[-1][2]
        if children and isinstance(children[-1], str):
            children[-1] += data
        else:
            children.append(data)

    def cdata():
        if len(open_elements) < 2:
            refuse()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartCdataSectionHandler = cdata
    parser.CommentHandler = refuse
    parser.ProcessingInstructionHandler = refuse
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(stream.encode("utf-8"), True)
        return {"elements": elements, "error": None}
    except (xml.parsers.expat.ExpatError, LookupError, ValueError) as error:
        return {"elements": elements, "error": str(error)}
    except Refused:
        return {"elements": elements, "error": "refused"}


for line in sys.stdin:
    print(json.dumps(read(json.loads(line)), ensure_ascii=False))
