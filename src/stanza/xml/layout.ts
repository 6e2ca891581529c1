/**
 * What stands where in the memory that the scanner works on. Both scanners, the one in JavaScript and the one in
 * WebAssembly (tools/scanner), are compiled with these numbers. docs/parser.md draws the picture.
 *
 *     control words | stack | shapes | input | values | tape
 */

// Control words, as byte offsets from 0. The scanner reads all of them when it starts and writes back what it changed.

/** Where the scanner is in the input: the next byte to look at. */
export const POS = 0;
/** The end of the input; the byte there is zero, which no input has. */
export const END = 4;
/** Where the first of the first-level elements began that the tape tells of. */
export const ORIGIN = 8;
/** Where the first-level element began that is being read. */
export const STANZA = 12;
/** Where the text began in which the scanner stopped; 0 when it is not inside a text. */
export const TEXT = 16;
/** The flags of that text so far. */
export const TEXT_FLAGS = 20;
/** Where the tape begins. */
export const TAPE = 24;
/** The end of the tape, in bytes from its beginning. */
export const TAPE_TOP = 28;
/** The end of what is complete on the tape. */
export const DONE = 32;
/** How many elements are open, the stream not counted. */
export const DEPTH = 36;
/** How many may be. */
export const MAX_DEPTH = 40;
/** The shape that was read last at this depth, or the one of what is around it; 0 when there is none. */
export const LAST = 44;
/** Where texts and attribute values are copied to, one after the other: offsets on the tape count from here. */
export const VALUES = 48;
/** The end of them, in bytes from the first. */
export const VALUES_TOP = 52;

/** One entry for each open element; the first one is the stream's. */
export const STACK = 64;
export const STACK_ENTRY = 16;
/** What may stand inside: a shape, or 0 when there is none. */
export const INSIDE_OF = 0;
/** The shape of the start tag, or 0. */
export const SHAPE_OF = 4;
/** The entry on the tape, in bytes from the beginning of the tape. */
export const ENTRY_OF = 8;
/** How many nodes have been found inside. Less than 0: more than there will be. */
export const COUNT_OF = 12;

/** The bytes before the entry of a first-level element. */
export const RECORD = 16;
/** Where its values begin and end. */
export const VALUES_OF = 0;
export const VALUES_END_OF = 4;
/** How long it is in the input, and where it ends there, from ORIGIN on. */
export const LENGTH_OF = 8;
export const END_OF = 12;
/** The bytes of an element's entry before its attribute values: id of the tag, number of nodes inside, what is after. */
export const ENTRY = 12;
/** Where in an entry the number of nodes is, and what is after: in bytes from the beginning of the tape. */
export const COUNT = 4;
export const AFTER = 8;
/** After first-level elements of so many bytes together the scanner has them looked at before it reads on. */
export const RUN = 4096;

// What `scan` returns.

/** All input is used up. */
export const MORE = 0;
/** A run of first-level elements is complete. */
export const COMPLETE = 1;
/** At POS stands a `<` that the scanner does not understand: something new, rare, wrong, or not all there. */
export const ODD_MARKUP = 2;
/** At POS stands a character, in or between elements, that is wrong, or the beginning of a reference that is cut. */
export const ODD_TEXT = 3;

// Flags of texts and attribute values: how much work it is to make a string of the bytes.

/** There are characters beyond ASCII. */
export const FLAG_WIDE = 1;
/** There are references: `&amp;`. */
export const FLAG_REFERENCES = 2;
/** There is white space that XML 1.0 changes: §2.11 in text, §3.3.3 in attributes. */
export const FLAG_SPACE = 4;
/** The low bits of an offset on the tape hold the flags. */
export const FLAG_BITS = 3;

// A shape, in bytes from its beginning: a piece of a start tag that is always the same, up to a value or to the end of
// the tag. Shapes form a tree: the children of a shape are the pieces that have followed the value. What may stand
// inside an element is a tree by itself; its root is a shape, too, whose label is the end tag of the element.

/** The length of the label: what must stand in the input. */
export const LABEL_LENGTH = 0;
export const KIND = 4;
/** The next shape with the same parent; 0 for none. */
export const NEXT = 8;
/** The first child; 0 for none. */
export const CHILD = 12;
/** What goes on the tape when a tag ends here. */
export const ID = 16;
/** The root of what may stand inside the element. */
export const INSIDE = 20;
/** The shape that came after this one the last time: it is tried first. 0 for none. */
export const LIKELY = 24;
/** 16 bytes: which of the first 16 bytes of the label count. */
export const MASK = 32;
/** The label, padded with zeros to a multiple of 16. */
export const LABEL = 48;

/** Ends with the quote before a value: `<iq to='` or `' id='`. */
export const KIND_VALUE = 0;
/** Ends a tag with `>`. */
export const KIND_OPEN = 1;
/** Ends a tag with `/>`. */
export const KIND_EMPTY = 2;

/** After so many shapes that did not match, the scanner asks for help rather than try the rest. */
export const MAX_TRIES = 64;
