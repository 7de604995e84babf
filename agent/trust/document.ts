/** A signed TUF document: the text that is kept, and what it says. */
export interface TufDocument {
  text: string;
  parsed: { signed: { version: number; expires: string } };
}

/** Parses metadata that was verified before; it checks no signature. */
export function parseDocument(text: string): TufDocument {
  return { text, parsed: JSON.parse(text) as TufDocument['parsed'] };
}
