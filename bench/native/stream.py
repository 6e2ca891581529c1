"""Reads a stream in chunks with Python: `stream.py FILE CHUNK expat|etree ROUNDS`. Prints milliseconds, one line each.

slixmpp reads its stream with ElementTree's XMLPullParser, as `etree` does.
"""

import sys
import time
import xml.etree.ElementTree as ET
import xml.parsers.expat


def touch(element):
    elements, attributes = 1, len(element.attrib)
    length = len(element.tag) + len(element.text or "") + len(element.tail or "")
    for name, value in element.attrib.items():
        length += len(name) + len(value)
    for child in element:
        e, a, n = touch(child)
        elements, attributes, length = elements + e, attributes + a, length + n
    return elements, attributes, length


def read_etree(chunks):
    parser = ET.XMLPullParser(("start", "end"))
    depth = stanzas = elements = attributes = length = 0
    root = None
    for chunk in chunks:
        parser.feed(chunk)
        for event, element in parser.read_events():
            if event == "start":
                if depth == 0:
                    root = element
                depth += 1
                continue
            depth -= 1
            if depth == 1:
                stanzas += 1
                e, a, n = touch(element)
                elements, attributes, length = elements + e, attributes + a, length + n
                root.clear()
    return stanzas, elements, attributes


def read_expat(chunks):
    parser = xml.parsers.expat.ParserCreate("UTF-8", "}")
    parser.buffer_text = True
    counts = [0, 0, 0, 0, 0]  # depth, stanzas, elements, attributes, length

    def start(name, attrs):
        counts[0] += 1
        if counts[0] == 1:
            return
        counts[2] += 1
        counts[3] += len(attrs)
        counts[4] += len(name) + sum(len(n) + len(v) for n, v in attrs.items())

    def end(_):
        counts[0] -= 1
        counts[1] += counts[0] == 1

    def text(data):
        counts[4] += len(data)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    for chunk in chunks:
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return counts[1], counts[2], counts[3]


def main(file, size, kind, rounds):
    with open(file, "rb") as stream:
        data = stream.read()
    chunks = [data[at : at + int(size)] for at in range(0, len(data), int(size))]
    read = read_etree if kind == "etree" else read_expat
    for _ in range(int(rounds)):
        start = time.process_time()
        found = read(chunks)
        print((time.process_time() - start) * 1e3, *found)


main(*sys.argv[1:])
