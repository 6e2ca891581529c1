/** Makes JavaScript of src in a folder: a file for each entry point, and chunks that they share. */
export function bundle(outdir: string): Promise<void>;
