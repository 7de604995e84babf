/** Direct input and output want memory, places and lengths in multiples of a disk's blocks; none has larger ones. */
export const alignment = 4096;

/** Node's types leave WebAssembly to the browser's library. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: { Memory: new (pages: { initial: number; maximum: number }) => { buffer: ArrayBuffer } };
};
const pageSize = 65_536;

/** WebAssembly memory is the one kind that Node hands out on page boundaries. `length` is rounded up to 64 KiB. */
export function alignedBuffer(length: number): Buffer {
  const pages = Math.ceil(length / pageSize);
  return Buffer.from(new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer);
}
