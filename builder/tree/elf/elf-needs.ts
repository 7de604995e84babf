import { InterlockError } from '../../../protocol/errors/interlock-error.ts';

const programDynamic = 2;
const programInterpreter = 3;
const programLoad = 1;
const dynamicNeeded = 1;
const dynamicStringTable = 5;
const dynamicRpath = 15;
const dynamicRunpath = 29;

/** What a program asks the dynamic loader for: the loader's path (none when static), library names, and folders to look in first. */
export interface ElfNeeds {
  /** e_machine: 62 is x86-64, 183 arm64. */
  machine: number;
  interpreter: string | null;
  libraries: string[];
  /** As written: `$ORIGIN` stands for the program's own folder. */
  folders: string[];
}

const longestPath = 4096;
const mostLibraries = 4096;

/** Reads the needs of a 64-bit little-endian ELF file (System V ABI: Elf64_Ehdr, Elf64_Phdr, Elf64_Dyn). Throws `bad_input`. */
export function elfNeeds(file: Buffer, name: string): ElfNeeds {
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1) {
    throw new InterlockError('bad_input', { what: name, problem: 'is not a 64-bit ELF file' });
  }
  try {
    return readNeeds(file);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new InterlockError('bad_input', { what: name, problem: 'is a damaged ELF file' }, { cause });
  }
}

function readNeeds(file: Buffer): ElfNeeds {
  const segments = readSegments(file);
  const interpreter = segments.find(({ type }) => type === programInterpreter);
  const dynamic = segments.find(({ type }) => type === programDynamic);
  return {
    machine: file.readUInt16LE(18),
    interpreter: interpreter ? text(file, interpreter.offset) : null,
    ...(dynamic ? readLibraries(file, dynamic, segments) : { libraries: [], folders: [] }),
  };
}

interface Segment {
  type: number;
  offset: number;
  address: number;
  length: number;
}

function readSegments(file: Buffer): Segment[] {
  const table = Number(file.readBigUInt64LE(32));
  const entryLength = file.readUInt16LE(54);
  return Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
    const at = table + index * entryLength;
    return {
      type: file.readUInt32LE(at),
      offset: Number(file.readBigUInt64LE(at + 8)),
      address: Number(file.readBigUInt64LE(at + 16)),
      length: Number(file.readBigUInt64LE(at + 32)),
    };
  });
}

function readLibraries(
  file: Buffer,
  dynamic: Segment,
  segments: readonly Segment[],
): Pick<ElfNeeds, 'libraries' | 'folders'> {
  const names: number[] = [];
  const paths: number[] = [];
  let strings = 0;
  const end = Math.min(dynamic.offset + dynamic.length, file.length);
  for (let at = dynamic.offset; at + 16 <= end; at += 16) {
    const tag = Number(file.readBigUInt64LE(at));
    const value = Number(file.readBigUInt64LE(at + 8));
    if (tag === 0) break;
    if (tag === dynamicNeeded) names.push(value);
    if (tag === dynamicRpath || tag === dynamicRunpath) paths.push(value);
    if (tag === dynamicStringTable) strings = toOffset(value, segments);
  }
  if (names.length > mostLibraries) throw new RangeError(`${names.length} libraries`);
  const read = (offset: number) => text(file, strings + offset);
  return {
    libraries: names.map(read),
    folders: paths.flatMap((offset) => read(offset).split(':').filter(Boolean)),
  };
}

function toOffset(address: number, segments: readonly Segment[]): number {
  const segment = segments.find(
    ({ type, address: start, length }) =>
      type === programLoad && address >= start && address < start + length,
  );
  return segment ? address - segment.address + segment.offset : 0;
}

function text(file: Buffer, offset: number): string {
  const length = file.subarray(offset, offset + longestPath).indexOf(0);
  if (offset > file.length || length < 0) throw new RangeError('a name that does not end');
  return file.toString('latin1', offset, offset + length);
}
