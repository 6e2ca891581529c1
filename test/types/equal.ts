/** For type tests. */

export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles when `A` is exactly `B`: `is<A, B>(true)`. */
export declare function is<A, B>(equal: Equal<A, B>): void;
