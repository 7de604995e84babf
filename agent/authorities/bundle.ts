import { createHash } from 'node:crypto';

/** Certificates by their fingerprint, in the order of their bundle. */
export type Certificates = ReadonlyMap<string, string>;

const block = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]*-----END (?:TRUSTED )?CERTIFICATE-----/g;

/** The certificates of a bundle, each as its PEM block. */
export function certificatesIn(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [pem] of text.matchAll(block)) {
    const body = pem.replace(/-----[^-]*-----/g, '').replace(/\s/g, '');
    const id = createHash('sha256').update(Buffer.from(body, 'base64')).digest('hex');
    if (!found.has(id)) found.set(id, pem);
  }
  return found;
}

/** What the authorities of a host are made of. */
export interface AuthoritySides {
  image: Certificates;
  /** Fingerprints of the image that the host's bundle was last made from; null when nobody wrote them down. */
  base: ReadonlySet<string> | null;
  /** The bundle as it is on the host; null when it is the image's. */
  own: Certificates | null;
  /** What the host keeps as files of its own. */
  local: Certificates;
  /** Whether the image's are not wanted. */
  onlyOwn: boolean;
}

/** Joins the image's authorities with the host's: what was added to or taken out of the bundle by hand stays so. */
export function mergeAuthorities({ image, base, own, local, onlyOwn }: AuthoritySides): Certificates {
  const isRemoved = (id: string) => own !== null && (base?.has(id) ?? false) && !own.has(id);
  const ofImage = onlyOwn ? [] : [...image].filter(([id]) => !isRemoved(id));
  const byHand = [...(own ?? [])].filter(([id]) => !image.has(id) && !base?.has(id));
  return new Map([...ofImage, ...byHand, ...local]);
}
