/**
 * Everything at once: a write is checked, carried out, saved and answered in one turn of the event loop, so that nothing
 * can come in between. The ids have gaps, the file is indented and has an object of todos, and PUT is 204.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
// @ts-expect-error It stands beside lab 06's folder when this is tried.
import { createServer, type Request, type Response } from '../lab-06-http-server/http.ts';

const { HOST: host = '127.0.0.1', PORT: port = '3000', DATA: data = 'todos.json' } = process.env;
const maxBodyBytes = Number(process.env.MAX_BODY_BYTES ?? 1024 * 1024);

interface List {
  next: number;
  byId: { [id: string]: [task: string, completed: boolean] };
}

let list: List;
try {
  list = load();
} catch {
  console.error(`${data} is damaged`);
  process.exit(1);
}

function load(): List {
  const text = existsSync(data) ? readFileSync(data, 'utf8') : '';
  if (text.length === 0) return { next: 1000, byId: {} };
  const read = JSON.parse(text);
  if (!Number.isInteger(read.next) || typeof read.byId !== 'object') throw new Error('not a list');
  return read;
}

/** @returns false when it cannot be saved */
function save(changed: List): boolean {
  const other = `${data}.${process.pid}.new`;
  try {
    writeFileSync(other, JSON.stringify(changed, null, 2), { flush: true });
    renameSync(other, data);
  } catch (error) {
    console.error(error);
    rmSync(other, { force: true });
    return false;
  }
  list = changed;
  return true;
}

function shown(id: string): { completed: boolean; task: string; id: number } {
  const [task, completed] = list.byId[id]!;
  return { completed, task, id: Number(id) };
}

async function handle(request: Request, response: Response): Promise<void> {
  const { pathname } = new URL(request.target, 'http://localhost');
  const [, collection, id, ...more] = pathname.split('/');
  if (collection !== 'todos' || more.length > 0) return problem(response, 404);
  const known = id === undefined || Object.hasOwn(list.byId, id);
  if (!known) return problem(response, 404);
  const allowed =
    id === undefined ? ['OPTIONS', 'GET', 'HEAD', 'POST'] : ['OPTIONS', 'GET', 'HEAD', 'PUT', 'DELETE'];
  if (!allowed.includes(request.method)) return problem(response, 405, [['Allow', allowed.join(',')]]);
  if (request.method === 'OPTIONS') {
    response.writeHead(204, [['allow', allowed.join(',')]]);
    return response.end();
  }
  if (request.method === 'POST' || request.method === 'PUT') return write(id, request, response);
  if (request.method === 'DELETE') {
    const byId = { ...list.byId };
    delete byId[id!];
    if (!save({ ...list, byId })) return problem(response, 500);
    response.writeHead(204);
    return response.end();
  }
  const todos = Object.keys(list.byId).map(shown);
  json(response, 200, id === undefined ? todos : shown(id));
}

async function write(id: string | undefined, request: Request, response: Response): Promise<void> {
  // The body is read to its end before anything is said about it.
  let bytes = Buffer.alloc(0);
  for await (const part of request.body) bytes = Buffer.concat([bytes, part]);
  if (bytes.length > maxBodyBytes) return problem(response, 413);
  const type = request.headers.find(([name]: string[]) => /^content-type$/i.test(name!))?.[1];
  if (!/^application\/json[\t ]*(;|$)/i.test(type ?? '')) return problem(response, 415);
  let body: { [member: string]: unknown };
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return problem(response, 400);
  }
  if (body === null || body.constructor !== Object) return problem(response, 400);
  const { task, completed } = body;
  if (typeof task !== 'string') return problem(response, 400);
  if (typeof completed !== 'boolean' && (id !== undefined || completed !== undefined))
    return problem(response, 400);
  const content: [string, boolean] = [task, completed === true];
  if (id === undefined) {
    const added = String(list.next);
    const changed = { next: list.next + 7, byId: { ...list.byId, [added]: content } };
    if (!save(changed)) return problem(response, 500);
    return json(response, 201, shown(added), [['location', `/todos/${added}`]]);
  }
  // It may have gone while the body came.
  if (!Object.hasOwn(list.byId, id)) return problem(response, 404);
  if (!save({ ...list, byId: { ...list.byId, [id]: content } })) return problem(response, 500);
  response.writeHead(204);
  response.end();
}

function json(response: Response, status: number, value: unknown, fields: [string, string][] = []): void {
  const bytes = Buffer.from(JSON.stringify(value, null, 1));
  response.writeHead(status, [...fields, ['content-type', 'Application/JSON;charset="utf-8"']]);
  // In two pieces, wherever the middle is.
  response.write(bytes.subarray(0, bytes.length >> 1));
  response.end(bytes.subarray(bytes.length >> 1));
}

function problem(response: Response, status: number, fields: [string, string][] = []): void {
  response.writeHead(status, [['content-type', 'text/html'], ...fields]);
  response.end(Buffer.from(`<h1>${status}</h1>`));
}

const server = createServer(handle, { maxBodyBytes: maxBodyBytes + 64 * 1024 });
process.once('SIGTERM', () => server.close(1000).then(() => process.exit()));
server.listen(Number(port), host).then(
  () => process.stdout.write(`a list of ${Object.keys(list.byId).length}\nlistening on ${host}:${port}\n`),
  () => {
    process.stderr.write('the port is taken\n');
    process.exitCode = 1;
  },
);
