/**
 * A lock: each write waits for the one before it, and saves for itself. The file is an array of rows and tombstones, the
 * id is looked at after the body, and every connection ends with its first error.
 */
import { randomUUID } from 'node:crypto';
import { readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
// @ts-expect-error It stands beside lab 06's folder when this is tried.
import { createServer, type Request, type Response } from '../lab-06-http-server/http.ts';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const data = process.env.DATA ?? 'todos.json';

type Row = { id: number; task: string; completed: boolean } | { id: number; deleted: true };
type Todo = Exclude<Row, { deleted: true }>;

/** A deleted todo leaves a row, so that the last row has the highest id that was ever given. */
let rows: Row[] = [];
let turn: Promise<unknown> = Promise.resolve();

class HttpError extends Error {
  readonly status: number;
  readonly fields: [string, string][];
  constructor(status: number, fields: [string, string][] = []) {
    super(`status ${status}`);
    this.status = status;
    this.fields = fields;
  }
}

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = turn.then(work);
  turn = mine.catch(() => {});
  return mine;
}

async function save(next: Row[]): Promise<void> {
  const temporary = `${data}-${randomUUID()}`;
  try {
    await writeFile(temporary, `[\n${next.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
    await rename(temporary, data);
  } catch {
    await unlink(temporary).catch(() => {});
    throw new HttpError(500);
  }
  rows = next;
}

function isTodo(row: Row): row is Todo {
  return !('deleted' in row);
}

function placeOf(id: string): number {
  const place = rows.findIndex((row) => isTodo(row) && String(row.id) === id);
  if (place === -1) throw new HttpError(404);
  return place;
}

async function bodyOf(request: Request): Promise<{ task: string; completed: boolean | undefined }> {
  const [, type = ''] =
    request.headers.find(([name]: string[]) => name!.toLowerCase() === 'content-type') ?? [];
  const parts: Uint8Array[] = [];
  for await (const part of request.body) parts.push(part);
  if (!/^application\/json$/i.test(type.split(/\s*;/)[0]!)) throw new HttpError(415);
  const bytes = Buffer.concat(parts);
  // What is no UTF-8 is not the same when it comes back from a text.
  const isText = Buffer.from(bytes.toString()).equals(bytes);
  const body = isText
    ? await Promise.resolve(bytes.toString())
        .then(JSON.parse)
        .catch(() => undefined)
    : undefined;
  if (typeof body?.task !== 'string' || Array.isArray(body)) throw new HttpError(400);
  if (body.completed !== undefined && typeof body.completed !== 'boolean') throw new HttpError(400);
  return body;
}

const COLLECTION = ['GET', 'HEAD', 'POST'];
const ITEM = ['DELETE', 'PUT', 'HEAD', 'GET'];

async function answer(request: Request): Promise<[status: number, value?: unknown, location?: string]> {
  const [path] = request.target.split('?');
  const id = path!.match(/^\/todos\/([^/]+)$/)?.[1];
  if (id === undefined && path !== '/todos') throw new HttpError(404);
  const methods = id === undefined ? COLLECTION : ITEM;
  switch (methods.includes(request.method) && request.method) {
    case 'GET':
    case 'HEAD':
      return [200, id === undefined ? rows.filter(isTodo) : rows[placeOf(id)]];
    case 'POST': {
      const { task, completed = false } = await bodyOf(request);
      return inTurn(async () => {
        const todo = { id: (rows.at(-1)?.id ?? 0) + 1, task, completed };
        await save([...rows, todo]);
        return [201, todo, `/todos/${todo.id}`];
      });
    }
    case 'PUT': {
      const { task, completed } = await bodyOf(request);
      if (completed === undefined) throw new HttpError(400);
      return inTurn(async () => {
        const todo = { id: Number(id), task, completed };
        await save(rows.with(placeOf(id!), todo));
        return [200, todo];
      });
    }
    case 'DELETE':
      return inTurn(async () => {
        await save(rows.with(placeOf(id!), { id: Number(id), deleted: true }));
        return [204];
      });
    default:
      throw new HttpError(
        405,
        methods.map((method): [string, string] => ['Allow', method]),
      );
  }
}

const server = createServer(
  async (request: Request, response: Response) => {
    try {
      const [status, value, location] = await answer(request);
      const fields: [string, string][] = location === undefined ? [] : [['Location', location]];
      if (value !== undefined) fields.push(['Content-Type', 'application/json; charset=utf-8']);
      response.writeHead(status, fields);
      response.end(value === undefined ? undefined : Buffer.from(JSON.stringify(value)));
    } catch (error) {
      // What the library has thrown it knows how to answer.
      if (!(error instanceof HttpError)) throw error;
      response.writeHead(error.status, [...error.fields, ['Connection', 'close']]);
      response.end(Buffer.from(`{"error":${error.status}}`));
    }
  },
  { maxBodyBytes: Number(process.env.MAX_BODY_BYTES ?? 1_048_576) },
);

process.on('SIGTERM', () => {
  void server.close(1800).then(() => process.exit(0));
});

async function load(): Promise<void> {
  const { size } = await stat(data).catch(() => ({ size: 0 }));
  if (size === 0) return;
  rows = JSON.parse(await readFile(data, 'utf8'));
  if (!Array.isArray(rows) || !rows.every(({ id }) => id > 0)) throw new TypeError('no rows');
}

load()
  .then(() => server.listen(port, host))
  .then(() => console.log(`listening on ${host}:${port}`))
  .catch((error: Error) => {
    console.error(`sorry: ${error.message.replaceAll('\n', ' ')}`);
    process.exit(1);
  });
