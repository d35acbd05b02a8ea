/** What every server program must do, whatever it speaks: listen where it is told, end on SIGTERM, and say so when its port is in use. */
import type { Program } from '../drive/program.ts';
import { sleep } from '../drive/waiting.ts';
import { ProgramConsole } from '../peer/console.ts';
import { accepts } from '../peer/tcp.ts';
import type { Machine } from '../run/check.ts';
import type { Judge } from '../run/judge.ts';

/** The READMEs say within 2 s; the judge waits 4 s before it kills. */
export const EXIT_MS = 4000;

export const noSigterm = ({ platform }: Machine): string | undefined =>
  platform === 'win32' ? 'Windows has no SIGTERM that a program could handle' : undefined;

/** A connection is taken or refused at once; this much is for a busy machine. */
const ACCEPTED_MS = 5000;

export const LISTENS_HINTS = {
  'host-ignored':
    'Without a host listen takes every address of the machine, also those that the whole network can reach. Give it the host from HOST beside the port.',
  otherwise: 'Does the program reach the call that listens, and with PORT and HOST?',
};

export const SIGTERM_HINTS = {
  'no-handler': 'SIGTERM ended the program the hard way: nothing listens for it. process.on can.',
  'exit-code':
    'The program ended as asked, so its exit code is 0. Another code says that something went wrong.',
};

export const PORT_IN_USE_HINTS = {
  crashed:
    'A stack trace is for the author of a program, not for its user. What listens has an error event: listen for it, and say in one line what is wrong.',
  'stack-trace':
    'A stack trace is for the author of a program, not for its user. What listens has an error event: listen for it, and say in one line what is wrong.',
  'many-lines': 'One line is enough to say what is wrong and where.',
  'no-message': 'The program ended without a word. Its user cannot know why: say it in one line on stderr.',
  'exit-code':
    'Exit code 0 says that all went well, and other programs believe it. This one could not do its work: exit with 1.',
  'never-ends':
    'The port is taken, and the program goes on as if it were not. What listens has an error event for that.',
  'announced-anyway':
    'The line stands on stdout although the port was taken. Write it when the socket listens: in the function that listen or bind calls then.',
  otherwise: 'Listen for the error event, say what is wrong in one line, exit with 1.',
};

export function terminate(judge: Judge, program: Program): void {
  judge.trace.judge('', 'sends SIGTERM');
  program.signal('SIGTERM');
}

/** The server, which got SIGTERM, must end with exit code 0. Symptoms: `no-handler`, `exit-code`, `never-ends`. */
export async function expectExitZero(judge: Judge, program: Program, when: string): Promise<void> {
  await Promise.race([program.exited, sleep(EXIT_MS)]);
  if (program.exit?.signal === 'SIGTERM') {
    judge.fail('SIGTERM ended your server before it could end by itself', 'no-handler', {
      accepted: ['exit code 0 within 2 s'],
      actual: program.describeExit(),
    });
  }
  await new ProgramConsole(judge, program).expectExit({ code: 0, when, limitMs: 0 });
}

/** A server that is started at this port of 127.0.0.1, which the judge holds, must say so and end. */
export async function expectPortInUse(judge: Judge, port: number): Promise<void> {
  judge.trace.note(`the judge itself holds port ${port} of 127.0.0.1`);
  const output = new ProgramConsole(judge, judge.runServer('127.0.0.1', port));
  await output.expectExit({ code: 1, when: `with port ${port} in use`, limitMs: EXIT_MS });
  output.expectOneLine('that the port is in use');
  const said = output.program.stdout.text();
  if (said.split(/\r?\n/).some((line) => line.startsWith('listening on '))) {
    judge.fail('your server said that it listens, and it does not', 'announced-anyway', {
      accepted: ['no word of listening on stdout'],
      actual: JSON.stringify(said.slice(0, 60)),
    });
  }
}

/** The shared TCP server must listen on HOST and PORT, and on no other address. Symptoms: those of `LISTENS_HINTS`, `other-address`. */
export async function expectListensOnHost(judge: Judge): Promise<void> {
  const { host, port, addresses } = await judge.server();
  if (!(await accepts(host, port, ACCEPTED_MS))) {
    judge.fail(`your server took no connection on ${host}:${port}`, 'other-address', {
      accepted: [`an accepted connection on ${host}:${port}`],
      actual: 'no connection',
    });
  }
  const everywhere = addresses.find((address) => address === '0.0.0.0' || address === '::');
  if (everywhere !== undefined) {
    judge.fail(`HOST was ${host}, and your server listens on every address (${everywhere})`, 'host-ignored', {
      accepted: [`a socket that listens on ${host}:${port}`],
      actual: `one that listens on ${everywhere}`,
    });
  }
  judge.observe();
}
