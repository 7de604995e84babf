import forge from 'node-forge';

const { asn1 } = forge;
const { Class, Type } = asn1;
/** One value of ASN.1, to be written as DER. */
export type Asn1 = forge.asn1.Asn1;

/** Encodes a value. */
export function der(value: Asn1): Buffer {
  return Buffer.from(asn1.toDer(value).getBytes(), 'latin1');
}

/** SEQUENCE. */
export function sequence(...parts: Asn1[]): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, parts);
}

/** SET, in the order given. */
export function set(...parts: Asn1[]): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.SET, true, parts);
}

/** Values under a context-specific tag. */
export function tagged(tag: number, ...parts: Asn1[]): Asn1 {
  return asn1.create(Class.CONTEXT_SPECIFIC, tag as forge.asn1.Type, true, parts);
}

/** Bytes (latin1) under a context-specific tag. */
export function primitive(tag: number, bytes: string): Asn1 {
  return asn1.create(Class.CONTEXT_SPECIFIC, tag as forge.asn1.Type, false, bytes);
}

/** OBJECT IDENTIFIER, from its dotted text. */
export function oid(text: string): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.OID, false, asn1.oidToDer(text).getBytes());
}

/** OCTET STRING of latin1 bytes. */
export function octets(bytes: string): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, bytes);
}

/** BIT STRING without a bit. */
export function noBits(): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.BITSTRING, false, '\0');
}

/** INTEGER of a small number. */
export function integer(value: number): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.INTEGER, false, asn1.integerToDer(value).getBytes());
}

/** INTEGER of hex digits. */
export function hexInteger(hex: string): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.INTEGER, false, forge.util.hexToBytes(hex));
}

/** AlgorithmIdentifier without parameters. */
export function algorithm(name: string): Asn1 {
  return sequence(oid(name), asn1.create(Class.UNIVERSAL, Type.NULL, false, ''));
}
