/** The line by which a server program says where it listens: the same in every lab. */
import { isIPv6 } from 'node:net';
import type { ServerProgram } from '../drive/server-program.ts';
import { waitUntil } from '../drive/waiting.ts';
import type { Judge } from '../run/judge.ts';

const ANNOUNCED_MS = 2000;
const SHOWN_LETTERS = 60;

/**
 * `listening on HOST:PORT` must be on the server's stdout, or be there soon. An IPv6 address may have its brackets.
 * Symptoms: `no-announcement`, `other-announcement`.
 */
export async function expectAnnouncement(
  judge: Judge,
  { program, host, port }: ServerProgram,
): Promise<void> {
  const hosts = isIPv6(host) ? [host, `[${host}]`] : [host];
  const accepted = hosts.map((written) => `listening on ${written}:${port}`);
  const lines = (): string[] => program.stdout.text().split(/\r?\n/);
  const said = await waitUntil(
    () => lines().some((line) => accepted.includes(line)),
    () => program.stdout.change(),
    ANNOUNCED_MS,
  );
  if (program.stdout.totalBytes > 0) judge.trace.student('', 'stdout', program.stdout.bytes());
  else judge.trace.note('nothing is on stdout');
  if (said) {
    judge.observe();
    return;
  }
  const first = lines().find((line) => line !== '');
  const wrote = first === undefined ? 'nothing' : shown(first);
  judge.fail(
    `your server wrote ${wrote} to stdout`,
    first === undefined ? 'no-announcement' : 'other-announcement',
    { accepted: accepted.map((line) => `the line "${line}"`), actual: wrote },
  );
}

function shown(line: string): string {
  return JSON.stringify(line.length > SHOWN_LETTERS ? `${line.slice(0, SHOWN_LETTERS)}…` : line);
}
