/**
 * A program on the library in http.ts: some routes that ask all of it, and a folder of files.
 *
 * HOST, PORT, FILES and the limits come from the environment. On SIGTERM the server stops accepting, finishes the
 * responses that are under way and ends with exit code 0.
 */
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Field } from '../lab-05-http-request/parser.ts';
import { createServer, type Request, type Response } from './http.ts';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);

// ---------------------------------------------------------------------------------------------------------------------
// Which route

/** What stands in a request target, decoded. */
interface Location {
  /** `/files/a%20b` is `['files', 'a b']`. */
  segments: string[];
  query: URLSearchParams;
}

type Route = (request: Request, response: Response, location: Location) => void | Promise<void>;

/** By the first segment of the path; all of them serve GET and HEAD. */
const ROUTES = new Map<string, Route>([
  ['hello', hello],
  ['headers', headers],
  ['slow', slow],
  ['stream', stream],
  ['status', status],
  ['throw', fail],
  ['files', files],
]);

/** Those of which the path has more than one segment. */
const DEEP = new Set(['status', 'files']);

/** Not async: an answer that is known at once needs no promise. */
function handle(request: Request, response: Response): void | Promise<void> {
  const location = locate(request.target);
  if (location === undefined)
    return answer(response, 400, 'the path is not percent-encoded as it should be\n');
  const [first = '', ...others] = location.segments;
  if (first === 'echo' && others.length === 0) return echo(request, response);
  const route = ROUTES.get(first);
  if (route === undefined || others.length > 0 !== DEEP.has(first)) return notFound(response);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return answer(response, 405, 'this route has GET and HEAD\n', [['Allow', 'GET, HEAD']]);
  }
  return route(request, response, location);
}

/** @returns undefined for a path that cannot be decoded; no segments for a target without a path */
function locate(target: string): Location | undefined {
  // RFC 9112 §3.2.2: "A server MUST accept the absolute-form in requests even though most HTTP/1.1 clients will only
  // send the absolute-form to a proxy."
  const [path = '', ...query] = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '').split('?');
  if (!path.startsWith('/')) return { segments: [], query: new URLSearchParams() };
  try {
    // Split first: a slash that was percent-encoded belongs to a segment.
    const segments = path.slice(1).split('/').map(decodeURIComponent);
    return { segments, query: new URLSearchParams(query.join('?')) };
  } catch {
    return undefined;
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// The routes

const TEXT = 'text/plain; charset=utf-8';

function answer(response: Response, status: number, text: string, fields: Field[] = []): void {
  response.writeHead(status, [['Content-Type', TEXT], ...fields]);
  response.end(Buffer.from(text));
}

function notFound(response: Response): void {
  answer(response, 404, 'there is nothing here\n');
}

function hello(_request: Request, response: Response): void {
  answer(response, 200, 'Hello, world!\n');
}

async function echo(request: Request, response: Response): Promise<void> {
  const parts: Uint8Array[] = [];
  for await (const part of request.body) parts.push(part);
  const type = request.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  response.writeHead(200, [['Content-Type', type ?? 'application/octet-stream']]);
  response.end(Buffer.concat(parts));
}

function headers(request: Request, response: Response): void {
  response.writeHead(200, [['Content-Type', 'application/json']]);
  response.end(Buffer.from(`${JSON.stringify(request.headers)}\n`));
}

async function slow(request: Request, response: Response, { query }: Location): Promise<void> {
  const ms = parseNumber(query.get('ms'), 60_000);
  if (ms === undefined) return badNumber(response, 'ms');
  await sleep(ms, undefined, { signal: request.signal });
  answer(response, 200, `waited ${ms} ms\n`);
}

async function stream(request: Request, response: Response, { query }: Location): Promise<void> {
  const chunks = parseNumber(query.get('chunks'), 1_000_000);
  const ms = parseNumber(query.get('ms') ?? '0', 60_000);
  if (chunks === undefined || ms === undefined) return badNumber(response, 'chunks or ms');
  response.writeHead(200, [['Content-Type', TEXT]]);
  // The head leaves before the first part is there: this is a stream even when it has no part.
  response.write(new Uint8Array());
  if (request.method === 'GET') await sendParts(request, response, { parts: chunks, of: chunks, ms });
  response.end();
}

interface Parts {
  parts: number;
  of: number;
  /** Before each part but the first. */
  ms: number;
}

async function sendParts(request: Request, response: Response, { parts, of, ms }: Parts): Promise<void> {
  for (let part = 1; part <= parts; part += 1) {
    if (ms > 0 && part > 1) await sleep(ms, undefined, { signal: request.signal });
    if (!response.write(Buffer.from(`chunk ${part} of ${of}\n`))) await response.drained();
    if (request.signal.aborted) return;
  }
}

function status(_request: Request, response: Response, { segments }: Location): void {
  const code = segments.length === 2 ? parseNumber(segments[1]!, 599) : undefined;
  if (code === undefined || code < 200) notFound(response);
  else answer(response, code, `status ${code}\n`);
}

/** A handler with a bug in it, so that one can see what the library makes of it. */
function fail(request: Request, response: Response, { query }: Location): void | Promise<void> {
  const after = parseNumber(query.get('after') ?? '0', 1_000_000);
  if (after === undefined) return badNumber(response, 'after');
  if (after === 0) throw new Error('this route throws, as it should');
  return failLater(request, response, after);
}

async function failLater(request: Request, response: Response, parts: number): Promise<void> {
  await sendParts(request, response, { parts, of: 1_000_000, ms: 0 });
  throw new Error('this route throws, as it should');
}

/** @returns undefined for what is no number in decimal digits, or too large */
function parseNumber(text: string | null, largest: number): number | undefined {
  if (text === null || !/^\d{1,7}$/.test(text) || Number(text) > largest) return undefined;
  return Number(text);
}

function badNumber(response: Response, name: string): void {
  answer(response, 400, `${name}: no number, or too large\n`);
}

// ---------------------------------------------------------------------------------------------------------------------
// Files

const TYPES: { readonly [ending: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.txt': TEXT,
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
};

/** Read and written at once. */
const PART_BYTES = 64 * 1024;

async function files(request: Request, response: Response, { segments }: Location): Promise<void> {
  const file = await openBelow(process.env.FILES, segments.slice(1));
  if (file === undefined) return notFound(response);
  try {
    const { size, mtimeNs } = await file.stat({ bigint: true });
    // The time of the last change, as exact as the system has it, and the size: another file is another tag.
    const etag = `"${mtimeNs.toString(36)}-${size.toString(36)}"`;
    const type = TYPES[extname(segments.at(-1)!).toLowerCase()] ?? 'application/octet-stream';
    if (hasTag(request, etag)) {
      // RFC 9110 §15.4.5 wants the ETag in a 304 as in a 200.
      response.writeHead(304, [['ETag', etag]]);
      response.end();
      return;
    }
    response.writeHead(200, [
      ['Content-Type', type],
      ['Content-Length', String(size)],
      ['ETag', etag],
    ]);
    if (request.method === 'HEAD') response.end();
    else await sendFile(file, Number(size), request, response);
  } finally {
    await file.close();
  }
}

async function sendFile(file: FileHandle, size: number, request: Request, response: Response): Promise<void> {
  let sent = 0;
  while (sent < size && !request.signal.aborted) {
    const buffer = Buffer.allocUnsafe(Math.min(PART_BYTES, size - sent));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, sent);
    sent += bytesRead;
    // Nothing was read: the file has become shorter meanwhile, and `end` refuses to call that complete.
    if (sent === size || bytesRead === 0) return response.end(buffer.subarray(0, bytesRead));
    if (!response.write(buffer.subarray(0, bytesRead))) await response.drained();
  }
  if (size === 0) response.end();
}

/** @returns undefined for what is missing, is no file, or lies outside of the folder */
async function openBelow(folder: string | undefined, segments: string[]): Promise<FileHandle | undefined> {
  if (folder === undefined || segments.some(isTraversal)) return undefined;
  try {
    // Links are followed first; then what they lead to must lie in the folder.
    const root = await realpath(folder);
    const path = await realpath(join(root, ...segments));
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep) || !(await stat(path)).isFile())
      return undefined;
    return await open(path);
  } catch {
    return undefined;
  }
}

/** What could mean another folder to some file system. */
function isTraversal(segment: string): boolean {
  return segment === '' || segment === '.' || segment === '..' || /[/\\\0]/.test(segment);
}

/**
 * Whether If-None-Match lists the tag (RFC 9110 §13.1.2): "A recipient MUST use the weak comparison function when
 * comparing entity tags for If-None-Match", so `W/` counts for nothing.
 */
function hasTag({ headers }: Request, etag: string): boolean {
  return headers.some(
    ([name, value]) =>
      name.toLowerCase() === 'if-none-match' &&
      (value === '*' || [...value.matchAll(/"[^"]*"/g)].some(([tag]) => tag === etag)),
  );
}

// ---------------------------------------------------------------------------------------------------------------------
// The program

/** How long responses that are under way may take after SIGTERM. */
const LAST_CALL_MS = 1500;

const server = createServer(handle, {
  headTimeoutMs: Number(process.env.HEAD_TIMEOUT_MS ?? 5000),
  bodyTimeoutMs: Number(process.env.BODY_TIMEOUT_MS ?? 10_000),
  idleTimeoutMs: Number(process.env.IDLE_TIMEOUT_MS ?? 10_000),
  maxTargetBytes: Number(process.env.MAX_TARGET_BYTES ?? 8192),
  maxHeadBytes: Number(process.env.MAX_HEAD_BYTES ?? 16_384),
  maxBodyBytes: Number(process.env.MAX_BODY_BYTES ?? 16 * 1024 * 1024),
});

process.on('SIGTERM', async () => {
  await server.close(LAST_CALL_MS);
  process.exit(0);
});

try {
  await server.listen(port, host);
  console.log(`listening on ${host}:${port}`);
} catch (error) {
  console.error(`cannot listen on ${host}:${port}: ${(error as Error).message}`);
  process.exit(1);
}
