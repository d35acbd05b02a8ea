/**
 * Lab 06: the program. It serves the routes of README.md with the library in http.ts.
 *
 * HOST, PORT, FILES and the limits come from the environment; README.md lists them.
 */
import { createServer, type Request, type Response } from './http.ts';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);

/** Called once for each request. */
async function handle(request: Request, response: Response): Promise<void> {
  // TODO(lab-06): step 1. /hello first, then the other routes of README.md; 404 for what is none of them.
  response.writeHead(404);
  response.end();
}

// TODO(lab-06): step 1. Pass on the limits from the environment.
const server = createServer(handle, {});

// TODO(lab-06): step 1. Listen on `port` and `host`, then write the line that README.md asks for to stdout.
// TODO(lab-06): step 1. A port in use is one line on stderr and exit code 1; SIGTERM ends the program with exit code 0.
