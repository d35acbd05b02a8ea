/** What the parsers read: three requests, each delivered in three ways. */

export interface Workload {
  name: string;
  request: Buffer;
}

const lines = (...text: string[]): Buffer => Buffer.from(`${text.join('\r\n')}\r\n\r\n`, 'latin1');

/** What a program sends that asks another one. 115 bytes, 4 fields. */
const SMALL_GET = lines(
  'GET /api/items/42?full=1 HTTP/1.1',
  'Host: 127.0.0.1:8080',
  'Accept: */*',
  'User-Agent: bench',
  'Connection: keep-alive',
);

/** What a browser sends for a page. 14 fields. */
const BROWSER_GET = lines(
  'GET /courses/networks/lab-05?view=full&lang=en HTTP/1.1',
  'Host: www.example.com:8080',
  'Connection: keep-alive',
  'Cache-Control: max-age=0',
  'sec-ch-ua: "Chromium";v="141", "Not?A_Brand";v="8"',
  'sec-ch-ua-mobile: ?0',
  'sec-ch-ua-platform: "Linux"',
  'Upgrade-Insecure-Requests: 1',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'Sec-Fetch-Site: none',
  'Sec-Fetch-Mode: navigate',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: en-GB,en;q=0.9',
  'Cookie: session=4f2a9c0de11b73558e; theme=dark',
);

/** A form or a JSON document of 1 KiB. */
const POST = Buffer.concat([
  lines(
    'POST /api/items HTTP/1.1',
    'Host: 127.0.0.1:8080',
    'Content-Type: application/json',
    'Content-Length: 1024',
    'Accept: */*',
  ),
  Buffer.from(`{"text":"${'x'.repeat(1013)}"}`),
]);

export const WORKLOADS: Workload[] = [
  { name: 'small GET', request: SMALL_GET },
  { name: 'browser GET', request: BROWSER_GET },
  { name: '1 KiB POST', request: POST },
];

export const DELIVERIES = ['one buffer', '16 pipelined', 'cut at random'] as const;
export type Delivery = (typeof DELIVERIES)[number];

export interface Case {
  /** Index in WORKLOADS. */
  workload: number;
  delivery: Delivery;
}

export const CASES: Case[] = WORKLOADS.flatMap((_, workload) =>
  DELIVERIES.map((delivery) => ({ workload, delivery })),
);

export const nameOf = ({ workload, delivery }: Case): string => `${WORKLOADS[workload]!.name}, ${delivery}`;

/** Requests of one connection. */
export const REQUESTS = 256;
const PIPELINED = 16;
/** Pieces of a request that is cut at random, about. */
const PIECES = 3;

/** The chunks of one connection with `REQUESTS` requests, each in memory of its own as a socket hands them over. */
export function chunksOf({ workload, delivery }: Case): Buffer[] {
  const { request } = WORKLOADS[workload]!;
  if (delivery === 'one buffer') return repeat(request, REQUESTS).map(copy);
  if (delivery === '16 pipelined') {
    return repeat(Buffer.concat(repeat(request, PIPELINED)), REQUESTS / PIPELINED).map(copy);
  }
  return cutAtRandom(Buffer.concat(repeat(request, REQUESTS)), REQUESTS * PIECES);
}

const repeat = (bytes: Buffer, times: number): Buffer[] => new Array<Buffer>(times).fill(bytes);
const copy = (bytes: Buffer): Buffer => Buffer.copyBytesFrom(bytes);

/** The same cuts in every process and every run. */
function cutAtRandom(bytes: Buffer, pieces: number): Buffer[] {
  const cuts = new Set<number>();
  for (let state = 20260101; cuts.size < pieces - 1; ) {
    // The generator of Park and Miller: its products are exact in a double.
    state = (state * 48_271) % 0x7fffffff;
    cuts.add(1 + (state % (bytes.length - 1)));
  }
  const ends = [...cuts].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => copy(bytes.subarray(ends[index - 1] ?? 0, end)));
}

/** What was read of one connection; the same for everybody who reads it right. */
export interface Counts {
  requests: number;
  fields: number;
  /** Of methods, targets, names and values. */
  letters: number;
  bodyBytes: number;
  ends: number;
}
