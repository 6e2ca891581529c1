import { Fault } from './fault.ts';

const S = '[ \\t\\r\\n]';
const DECLARATION = new RegExp(
  `^<\\?xml${S}+version${S}*=${S}*(?:'1\\.0'|"1\\.0")` +
    `(?:${S}+encoding${S}*=${S}*(?<encoding>'[A-Za-z][\\w.\\-]*'|"[A-Za-z][\\w.\\-]*"))?` +
    `(?:${S}+standalone${S}*=${S}*(?:'(?:yes|no)'|"(?:yes|no)"))?${S}*\\?>$`,
);

/** Checks an XML declaration. */
export function readDeclaration(token: string): void {
  const parts = DECLARATION.exec(token);
  if (parts === null) throw new Fault('not-well-formed', 'a malformed XML declaration');
  const encoding = parts.groups?.encoding?.slice(1, -1);
  if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') {
    throw new Fault('unsupported-encoding', `encoding ${encoding}`);
  }
}
