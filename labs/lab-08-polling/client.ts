/**
 * Lab 08: the client. It prints each message of the server once, for ever. What to ask for and when is decided in
 * poll.ts; here are the clock, the chance, and the requests.
 *
 * Everything comes from the environment; README.md beside this file lists it, and has the steps.
 */
import { readBody, request } from './http-client.ts';
import { type Outcome, Poller } from './poll.ts';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);

/** Ask once. Whatever goes wrong is an outcome. */
async function poll(target: string): Promise<Outcome> {
  // TODO(lab-08): step 5. Which answers are `messages`, which are `none`, and what is all the rest?
  return { type: 'failed' };
}

// TODO(lab-08): step 5. MODE and the times come from the environment.
// TODO(lab-08): step 5. Ask, print what is new, wait, ask again. On SIGTERM and Ctrl-C end with exit code 0.
