/** The memory that a scanner works on, and the scanner for it: in WebAssembly where there is SIMD, else in JavaScript. */

import { type Memory, scan } from './scan.ts';
import { SCANNER_MODULE } from './scanner-module.ts';

/** Node's own methods below `toString`, without its look at the encoding. */
export interface Bytes extends Buffer {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

export interface Scanner extends Memory {
  readonly bytes: Bytes;
  /** Reads on from POS until a first-level element is complete or something needs attention. Returns what. */
  scan(): number;
  /** Makes the memory at least this large, with what is in it. */
  grow(size: number): void;
}

/** What is used of WebAssembly, which the types of Node 20 leave out. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
  readonly Memory: new (size: { initial: number }) => WasmMemory;
}

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };

const PAGE = 65_536;

class WasmScanner implements Scanner {
  readonly #memory: WasmMemory;
  readonly scan: () => number;
  bytes: Bytes;
  words: Int32Array;

  constructor(module: object, size: number) {
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil(size / PAGE) });
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    this.scan = exports.scan as () => number;
    this.bytes = Buffer.from(this.#memory.buffer) as Bytes;
    this.words = new Int32Array(this.#memory.buffer);
  }

  grow(size: number): void {
    if (size <= this.bytes.length) return;
    this.#memory.grow(Math.ceil((size - this.bytes.length) / PAGE));
    this.bytes = Buffer.from(this.#memory.buffer) as Bytes;
    this.words = new Int32Array(this.#memory.buffer);
  }
}

class JsScanner implements Scanner {
  bytes: Bytes;
  words: Int32Array;

  constructor(size: number) {
    const memory = new ArrayBuffer(Math.ceil(size / PAGE) * PAGE);
    this.bytes = Buffer.from(memory) as Bytes;
    this.words = new Int32Array(memory);
  }

  scan(): number {
    return scan(this);
  }

  grow(size: number): void {
    if (size <= this.bytes.length) return;
    const memory = new ArrayBuffer(Math.ceil(size / PAGE) * PAGE);
    const bytes = Buffer.from(memory) as Bytes;
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.words = new Int32Array(memory);
  }
}

export type ScannerKind = 'wasm' | 'js';

let module: object | undefined;
let preferred: ScannerKind = 'wasm';

/** For tests and benchmarks, which look at both. Returns the kind that is used from now on. */
export function preferScanner(kind: ScannerKind): ScannerKind {
  preferred = kind;
  return scannerKind();
}

/** Which kind of scanner new parsers get. */
export function scannerKind(): ScannerKind {
  if (preferred === 'js') return 'js';
  try {
    module ??= new WebAssembly.Module(Buffer.from(SCANNER_MODULE, 'base64'));
  } catch {
    // No WebAssembly here, or none with SIMD.
    preferred = 'js';
  }
  return preferred;
}

export function createScanner(size: number): Scanner {
  return scannerKind() === 'wasm' && module !== undefined ? new WasmScanner(module, size) : new JsScanner(size);
}
