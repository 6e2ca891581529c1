/** What the doctor finds: a line each, with the remedy. */

/** Servers whose configuration the doctor can write. */
export type ServerKind = 'prosody' | 'ejabberd';

export interface Finding {
  /** The same in every version: for machines. */
  readonly id: string;
  /** `warning`: the gateway works, but less well; `skipped`: it could not be found out. */
  readonly status: 'ok' | 'warning' | 'failure' | 'skipped';
  /** What was looked at. */
  readonly what: string;
  /** What was seen. */
  readonly seen: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** The lines for the server's configuration; for both when it is not known which server it is. */
  readonly lines?: Partial<Readonly<Record<ServerKind, string>>>;
}

/** For a person to read. @param shown lines that have been shown before are not shown again. */
export function told({ status, what, seen, remedy, lines }: Finding, shown: Set<string>): string {
  const mark = { ok: 'ok   ', warning: 'warn ', failure: 'FAIL ', skipped: 'skip ' }[status];
  const blocks = Object.entries(lines ?? {}).map(([server, text]) => {
    const where = `      In the configuration of ${server === 'prosody' ? 'Prosody' : 'ejabberd'}`;
    if (shown.has(text)) return `${where}: the lines shown above.`;
    shown.add(text);
    return `${where}:\n\n${indented(text, 8)}\n`;
  });
  return [`${mark} ${what}: ${seen}`, ...(remedy === undefined ? [] : [`      ${remedy}`]), ...blocks].join('\n');
}

function indented(text: string, width: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(width));
}
