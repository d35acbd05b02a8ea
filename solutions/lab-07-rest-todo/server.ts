/**
 * A to-do list over HTTP (RFC 9110), kept in a file. What is a request is here; what is the list is in `store.ts`.
 *
 * HOST, PORT, DATA and MAX_BODY_BYTES come from the environment. On SIGTERM the server stops accepting, finishes the
 * responses that are under way and ends with exit code 0.
 */
import { createServer, type Request, type Response } from '../lab-06-http-server/http.ts';
import { type Content, TodoStore } from './store.ts';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const data = process.env.DATA ?? 'todos.json';

// ---------------------------------------------------------------------------------------------------------------------
// Which resource

/** What a resource can do, by method. */
interface Methods {
  [method: string]: (request: Request, response: Response) => void | Promise<void>;
}

function handle(request: Request, response: Response): void | Promise<void> {
  const methods = resourceAt(pathOf(request.target));
  if (methods === undefined) return refuse(response, 404);
  // RFC 9110 §9.1: "All general-purpose servers MUST support the methods GET and HEAD." The library drops HEAD's body.
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (!Object.hasOwn(methods, method)) {
    // RFC 9110 §15.5.6: "The origin server MUST generate an Allow header field in a 405 response".
    response.writeHead(405, [['Allow', ['HEAD', ...Object.keys(methods)].join(', ')]]);
    return response.end();
  }
  return methods[method]!(request, response);
}

/** Without the query, and without what stands before it in absolute form (RFC 9112 §3.2.2). */
function pathOf(target: string): string {
  return target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '').split('?')[0]!;
}

/** @returns undefined where there is none and never can be */
function resourceAt(path: string): Methods | undefined {
  if (path === '/todos') return { GET: list, POST: add };
  // No sign, no leading zeros, and nothing behind: each todo has one name.
  const id = Number(/^\/todos\/([1-9]\d*)$/.exec(path)?.[1]);
  if (!Number.isSafeInteger(id)) return undefined;
  return {
    GET: (_request, response) => show(id, response),
    PUT: (request, response) => replace(id, request, response),
    DELETE: (_request, response) => remove(id, response),
  };
}

// ---------------------------------------------------------------------------------------------------------------------
// What they do. What the store throws when it cannot save passes through here, and the library makes 500 of it.

function list(_request: Request, response: Response): void {
  answer(response, 200, store.all());
}

async function add(request: Request, response: Response): Promise<void> {
  const content = await readContent(request, response, { completed: false });
  if (content === undefined) return;
  const todo = await store.add(content);
  // RFC 9110 §15.3.2: "The primary resource created by the request is identified by either a Location header field in the
  // response or, if no Location header field is received, by the target URI."
  answer(response, 201, todo, [['Location', `/todos/${todo.id}`]]);
}

function show(id: number, response: Response): void {
  const todo = store.get(id);
  if (todo === undefined) refuse(response, 404);
  else answer(response, 200, todo);
}

async function replace(id: number, request: Request, response: Response): Promise<void> {
  const content = await readContent(request, response, {});
  if (content === undefined) return;
  const todo = await store.replace(id, content);
  if (todo === undefined) refuse(response, 404);
  else answer(response, 200, todo);
}

async function remove(id: number, response: Response): Promise<void> {
  if (!(await store.remove(id))) return refuse(response, 404);
  response.writeHead(204);
  response.end();
}

function answer(response: Response, status: number, value: unknown, fields: [string, string][] = []): void {
  response.writeHead(status, [['Content-Type', 'application/json'], ...fields]);
  response.end(Buffer.from(JSON.stringify(value)));
}

function refuse(response: Response, status: number): void {
  response.writeHead(status);
  response.end();
}

// ---------------------------------------------------------------------------------------------------------------------
// Bodies

/**
 * The body as content of a todo.
 *
 * @param defaults  for members that may be left out
 * @returns undefined when it is none; then the response is written
 * @throws when the body breaks off or is too long; the library answers that (413)
 */
async function readContent(
  request: Request,
  response: Response,
  defaults: Partial<Content>,
): Promise<Content | undefined> {
  if (!isJson(request)) {
    refuse(response, 415);
    return undefined;
  }
  const parts: Uint8Array[] = [];
  for await (const part of request.body) parts.push(part);
  const content = parseContent(Buffer.concat(parts), defaults);
  if (content === undefined) refuse(response, 400);
  return content;
}

/** RFC 9110 §8.3.1: "The type and subtype tokens are case-insensitive." Behind a semicolon there may be parameters. */
function isJson({ headers }: Request): boolean {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return type.split(';')[0]!.trim().toLowerCase() === 'application/json';
}

/** RFC 8259 §8.1: JSON text that is exchanged "MUST be encoded using UTF-8". */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @returns undefined for what is no JSON, no object, or no todo */
function parseContent(bytes: Uint8Array, defaults: Partial<Content>): Content | undefined {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { task, completed } = { ...defaults, ...value } as { task?: unknown; completed?: unknown };
  if (typeof task !== 'string' || typeof completed !== 'boolean') return undefined;
  return { task, completed };
}

// ---------------------------------------------------------------------------------------------------------------------
// The program

/** How long responses that are under way may take after SIGTERM. */
const LAST_CALL_MS = 1500;

const store = await orExit(TodoStore.open(data), `cannot use ${data}`);
const server = createServer(handle, { maxBodyBytes: Number(process.env.MAX_BODY_BYTES ?? 1_048_576) });

process.on('SIGTERM', async () => {
  await server.close(LAST_CALL_MS);
  process.exit(0);
});

await orExit(server.listen(port, host), `cannot listen on ${host}:${port}`);
console.log(`listening on ${host}:${port}`);

/** What the program cannot do without. */
async function orExit<T>(attempt: Promise<T>, failure: string): Promise<T> {
  try {
    return await attempt;
  } catch (error) {
    // One line, whatever the message is.
    console.error(`${failure}: ${(error as Error).message.split('\n')[0]}`);
    process.exit(1);
  }
}
