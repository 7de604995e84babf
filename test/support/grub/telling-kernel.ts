const setupSectors = 1;
const headerEnd = 0x268;

/**
 * 32-bit code that GRUB jumps to with %esi at the boot parameters: writes command line and initrd to QEMU's debug console
 * (port 0xe9), then ends the machine (port 0xf4).
 */
const code = Buffer.from(
  [
    '8b9e28020000', // mov ebx, [esi+0x228]: the command line
    '8a03e6e94384c075f7', // until its NUL: out 0xe9, [ebx++]
    '8b9e18020000', // mov ebx, [esi+0x218]: the initrd
    '8b8e1c020000', // mov ecx, [esi+0x21c]: its length
    '8a03e6e943e2f9', // that often: out 0xe9, [ebx++]
    'b000e6f4', // out 0xf4, 0
    'f4ebfd', // for ever: hlt
  ].join(''),
  'hex',
);

/** A Linux kernel to any loader (boot protocol 2.10), which only tells what it was started with. */
export function tellingKernel(): Buffer {
  const setup = Buffer.alloc((setupSectors + 1) * 512);
  setup.writeUInt8(setupSectors, 0x1f1);
  setup.writeUInt16LE(0xaa55, 0x1fe);
  setup.writeUInt16LE(0xeb | ((headerEnd - 0x202) << 8), 0x200);
  setup.write('HdrS', 0x202, 'latin1');
  setup.writeUInt16LE(0x020a, 0x206);
  setup.writeUInt8(1, 0x211);
  setup.writeUInt32LE(0x100000, 0x214);
  setup.writeUInt32LE(0x7fffffff, 0x22c);
  setup.writeUInt32LE(0x1000, 0x230);
  setup.writeUInt8(1, 0x234);
  setup.writeUInt32LE(4095, 0x238);
  setup.writeBigUInt64LE(0x100000n, 0x258);
  setup.writeUInt32LE(0x10000, 0x260);
  return Buffer.concat([setup, code], setup.length + 4096);
}
