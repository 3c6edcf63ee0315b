/**
 * A user name for a user number that has none. Containers are often run under an arbitrary number (`docker run --user
 * 12345`, OpenShift), and initdb insists on looking its user's name up, though it has no use for it here. Nothing but the answer of
 * the C library's getpwuid() stands in its way, so initdb alone is run with a shared library in front (ld.so(8), LD_PRELOAD)
 * whose only function, getpwuid(), answers "postgres". The library is a few hundred bytes and written out below, piece by
 * piece (elf(5)), since a compiler cannot be expected; the server itself needs nothing of the kind and runs without it.
 */
import { SUPERUSER } from './options.ts';

/** The least two segments may lie apart: the largest page size of arm64. */
const PAGE = 0x1_0000;

/**
 * getpwuid(): stores the name's address in the record's first field, pw_name, and returns the record's address. `text` is the
 * function's own address, the other two those of what it points to.
 */
const CODE: Readonly<Record<string, (text: number, name: number, record: number) => Buffer>> = {
  x64: (text, name, record) => {
    const code = Buffer.from('488d0500000000 488d0d00000000 488908 c3'.replaceAll(' ', ''), 'hex');
    code.writeInt32LE(record - (text + 7), 3); // lea rax, [rip + record]
    code.writeInt32LE(name - (text + 14), 10); // lea rcx, [rip + name]; mov [rax], rcx; ret
    return code;
  },
  arm64: (text, name, record) => words([adr(0, record - text), adr(1, name - (text + 4)), 0xf900_0001, 0xd65f_03c0]),
};

/** The library for this processor; undefined where we have none. */
export function usernameLibrary(arch: string = process.arch): Buffer | undefined {
  const code = CODE[arch];
  return code && assemble(code, arch === 'x64' ? 62 : 183);
}

/** ADR Xd, offset; then, in the list above, STR X1, [X0] and RET (Arm Architecture Reference Manual, A64 base instructions). */
function adr(register: number, offset: number): number {
  return (0x1000_0000 | ((offset & 3) << 29) | (((offset >> 2) & 0x7_ffff) << 5) | register) >>> 0;
}

function words(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => {
    buffer.writeUInt32LE(value, index * 4);
  });
  return buffer;
}

function quads(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => {
    buffer.writeBigUInt64LE(BigInt(value), index * 8);
  });
  return buffer;
}

const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;
const SYMBOL_BYTES = 24;

/** Where the parts lie; an offset in the file is the address too. Writable are only the dynamic section and the record. */
const AT = {
  symbols: 0x140,
  strings: 0x180,
  hash: 0x1a0,
  text: 0x200,
  dynamic: PAGE,
  record: PAGE + 0x100,
  end: PAGE + 0x180,
};

const STRINGS = `\0getpwuid\0${SUPERUSER}\0`;

function assemble(code: (text: number, name: number, record: number) => Buffer, machine: number): Buffer {
  const text = code(AT.text, AT.strings + STRINGS.indexOf(SUPERUSER), AT.record);
  const image = Buffer.alloc(AT.end);
  fileHeader(machine).copy(image, 0);
  segments(AT.text + text.length).copy(image, HEADER_BYTES);
  symbol(text.length).copy(image, AT.symbols + SYMBOL_BYTES);
  image.write(STRINGS, AT.strings, 'latin1');
  words([1, 2, 1, 0, 0]).copy(image, AT.hash); // one bucket, two symbols; the bucket's chain is symbol 1
  text.copy(image, AT.text);
  dynamicSection().copy(image, AT.dynamic);
  return image;
}

/** 64 bits, little-endian, version 1; type 3 is a shared object; three segments, no sections. */
function fileHeader(machine: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('7f454c46020101', 'hex');
  header.writeUInt16LE(3, 16);
  header.writeUInt16LE(machine, 18);
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(HEADER_BYTES, 32);
  [HEADER_BYTES, SEGMENT_BYTES, 4, 64, 0, 0].forEach((value, index) => {
    header.writeUInt16LE(value, 52 + index * 2);
  });
  return header;
}

/** Type, permissions (4 read, 2 write, 1 execute) and extent of each segment. The last says that no executable stack is wanted. */
function segments(codeEnd: number): Buffer {
  const data = AT.end - PAGE;
  return Buffer.concat([
    segment(1, 5, 0, codeEnd, PAGE),
    segment(1, 6, PAGE, data, PAGE),
    segment(2, 6, AT.dynamic, AT.record - AT.dynamic, 8),
    segment(0x6474_e551, 6, 0, 0, 16),
  ]);
}

function segment(type: number, flags: number, at: number, bytes: number, align: number): Buffer {
  return Buffer.concat([words([type, flags]), quads([at, at, at, bytes, bytes, align])]);
}

/** A global function (0x12) in some section, named by the string at 1. */
function symbol(bytes: number): Buffer {
  return Buffer.concat([words([1, 0x1_0012]), quads([AT.text, bytes])]);
}

/** HASH 4, STRTAB 5, SYMTAB 6, STRSZ 10, SYMENT 11, and the end. */
function dynamicSection(): Buffer {
  return quads([4, AT.hash, 5, AT.strings, 6, AT.symbols, 10, STRINGS.length, 11, SYMBOL_BYTES, 0, 0]);
}
