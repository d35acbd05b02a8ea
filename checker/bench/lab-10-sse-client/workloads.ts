/** What the parsers read: event streams of one kind of event each, as a socket hands them over. */

export interface Workload {
  name: string;
  /** One block, with its empty line; `number` counts the events. */
  block: (number: number) => string;
  /** Of one stream. */
  events: number;
  /** Bytes of a piece. */
  pieceBytes: number;
}

/** Node reads so much from a socket at once. */
const SOCKET_BYTES = 65_536;
const TEXT = 'the train to Utrecht leaves from platform seven';

export const WORKLOADS: Workload[] = [
  { name: 'data only', block: () => `data: ${TEXT}\n\n`, events: 4000, pieceBytes: SOCKET_BYTES },
  {
    name: 'id, event and data',
    block: (number) => `id: ${number}\nevent: departure\ndata: ${TEXT}\n\n`,
    events: 2500,
    pieceBytes: SOCKET_BYTES,
  },
  {
    name: 'data of 64 KiB',
    block: () => `data: ${'0123456789abcdef'.repeat(4096)}\n\n`,
    events: 16,
    pieceBytes: SOCKET_BYTES,
  },
  {
    name: 'ten lines of data',
    block: () => `${`data: ${TEXT}\n`.repeat(10)}\n`,
    events: 400,
    pieceBytes: SOCKET_BYTES,
  },
  {
    name: 'CRLF line ends',
    block: (number) => `id: ${number}\r\ndata: ${TEXT}\r\n\r\n`,
    events: 2500,
    pieceBytes: SOCKET_BYTES,
  },
  {
    name: 'letters beyond ASCII',
    block: () => `data: Der Zug fährt nach Zürich über Köln\n\n`,
    events: 4000,
    pieceBytes: SOCKET_BYTES,
  },
  { name: 'pieces of 24 bytes', block: () => `data: ${TEXT}\n\n`, events: 1000, pieceBytes: 24 },
];

/** The pieces of one stream, each in memory of its own. */
export function piecesOf({ block, events, pieceBytes }: Workload): Buffer[] {
  const stream = Buffer.from(Array.from({ length: events }, (_, number) => block(number)).join(''));
  const pieces: Buffer[] = [];
  for (let at = 0; at < stream.length; at += pieceBytes)
    pieces.push(Buffer.copyBytesFrom(stream.subarray(at, at + pieceBytes)));
  return pieces;
}

/** What was read of one stream; the same for everybody who reads it right. */
export interface Counts {
  events: number;
  /** Of all data. */
  letters: number;
  /** Events that have an id. */
  ids: number;
}
