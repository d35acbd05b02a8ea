/** Framers of other designs, all right. */
import type { Variant } from '../mutant.ts';

export const variants: Variant[] = [
  {
    name: 'byte-by-byte',
    story:
      'A state machine for each byte, with UTF-8 in it: it fails at the first impossible byte, and for a length as soon as that must be too large.',
    files: { 'framing.ts': 'programs/byte-by-byte.ts' },
  },
  {
    name: 'generator',
    story:
      'Generators that read straight down and yield while bytes are missing. The writer asks its own reader.',
    files: { 'framing.ts': 'programs/generator.ts' },
  },
  {
    name: 'list-of-chunks',
    story:
      'The pieces in a list, joined once; Buffers, messages that are views of chunks, members that nobody asked for.',
    files: { 'framing.ts': 'programs/list-of-chunks.ts' },
  },
  {
    name: 'text-stream',
    story: 'A TextDecoder in stream mode; room for a whole message as soon as its length is known.',
    files: { 'framing.ts': 'programs/text-stream.ts' },
  },
  {
    name: 'sliding-window',
    story: 'One array with bytes added behind and taken in front, in a common base class; frozen events.',
    files: { 'framing.ts': 'programs/sliding-window.ts' },
  },
  {
    name: 'binary-strings',
    story: 'Bytes kept as strings of one character a byte; methods that are members; isUtf8 of node:buffer.',
    files: { 'framing.ts': 'programs/binary-strings.ts' },
  },
];
