/**
 * What stands where in the memory that the scanner works on. Both scanners, the one in JavaScript and the one in
 * WebAssembly (tools/scanner), are compiled with these numbers. docs/parser.md draws the picture.
 *
 *     control words | stack | shapes | input | tape
 */

// Control words, as byte offsets from 0. The scanner reads all of them when it starts and writes back what it changed.

/** Where the scanner is in the input: the next byte to look at. */
export const POS = 0;
/** The end of the input; the byte there is zero, which no input has. */
export const END = 4;
/** Where the first-level element began that is being read. Offsets on the tape count from here. */
export const STANZA = 8;
/** Where the text began in which the scanner stopped; 0 when it is not inside a text. */
export const TEXT = 12;
/** The flags of that text so far. */
export const TEXT_FLAGS = 16;
/** The end of the tape, in bytes from its beginning. */
export const TAPE_TOP = 20;
/** How many elements are open, the stream not counted. */
export const DEPTH = 24;
/** How many may be. */
export const MAX_DEPTH = 28;
/** The shape whose children are the tags that may begin a first-level element; see `Shape` below. */
export const ROOT = 32;
/** Where the tape begins. */
export const TAPE = 36;

/** Two words for each open element: its shape, or 0 when it has none, and its entry on the tape. */
export const STACK = 64;
export const STACK_ENTRY = 8;

// What `scan` returns.

/** All input is used up. */
export const MORE = 0;
/** A first-level element is complete. */
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

// A shape, in bytes from its beginning. Shapes form a tree: each says how a start tag may go on.

/** The length of the label: what must stand in the input. */
export const LABEL_LENGTH = 0;
export const KIND = 4;
/** The next shape with the same parent; 0 for none. */
export const NEXT = 8;
/** The first child; 0 for none. */
export const CHILD = 12;
/** What goes on the tape when a tag ends here; 0 when none has so far. */
export const ID = 16;
/** The shape whose children are the tags that may stand inside the element. */
export const INSIDE = 20;
/** The shape of the element's end tag. */
export const END_TAG = 24;
/** 16 bytes: which of the first 16 bytes of the label count. */
export const MASK = 32;
/** The label, padded with zeros to a multiple of 16. */
export const LABEL = 48;

/** `<name` */
export const KIND_NAME = 0;
/** ` name='`: a value follows. */
export const KIND_VALUE = 1;
/** ` xmlns='…'`, or another attribute with its value. */
export const KIND_FIXED = 2;

/** After so many shapes that did not match, the scanner asks for help rather than try the rest. */
export const MAX_TRIES = 64;
