import { parseRoot, parseTargets } from '../../system/tuf/parse-role.ts';

/** Signed metadata's plain JSON, as it is signed: what the library read of the text, and nothing else. */
export type SignedJson = Record<string, unknown> & {
  version: number;
  expires: string;
  targets?: Record<string, { length: number; hashes: Record<string, string> }>;
};

/** The signed part of a role's text. */
export function signedJson(role: string, text: string): SignedJson {
  const { signed } = role === 'root' ? parseRoot(text) : parseTargets(role, text);
  return JSON.parse(JSON.stringify(signed.toJSON())) as SignedJson;
}
