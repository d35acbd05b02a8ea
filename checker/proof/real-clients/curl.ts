/** The program `curl`, run without a shell and without the user's settings. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Drive, studentEnvironment } from '../../drive/drive.ts';
import type { Program } from '../../drive/program.ts';

/** What came of one call. */
export interface Call {
  /** Exit code; 28 is a time-out, 18 a body that broke off. */
  code: number | null;
  /** What it wrote to stdout, 8 MiB at most: the bodies, and what `--write-out` asks for. */
  output: Buffer;
  /** `output` as UTF-8. */
  text: string;
  /** Its `--verbose` stderr: what it sends behind `> `, what it receives behind `< `, its doings behind `* `. */
  log: string;
  /** The heads that it received, in order, those of interim responses (1xx) among them. */
  heads: Head[];
}

export interface Head {
  /** `HTTP/1.1` */
  version: string;
  status: number;
  /** By name in lower case. Of two fields with one name the last. */
  fields: Map<string, string>;
}

/** `--etag-save` and `--etag-compare`, the newest options that the tests use, came with this one. */
const OLDEST = [7, 68];
/** For one transfer; nothing that is right takes a tenth of it. */
const MOST_SECONDS = 10;

const OPTIONS = [
  // Not what ~/.curlrc says; this must come first.
  '--disable',
  // A proxy of the machine's is none for 127.0.0.1.
  ...['--noproxy', '*'],
  ...['--silent', '--show-error', '--verbose'],
  ...['--max-time', `${MOST_SECONDS}`],
];

/** Why the tests can't be run with this machine's curl, if so. */
export function whyNoCurl(): string | undefined {
  const version = curlVersion();
  if (version === undefined) return 'this machine has no curl';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const recent = major > OLDEST[0]! || (major === OLDEST[0] && minor >= OLDEST[1]!);
  return recent ? undefined : `curl ${version} is older than ${OLDEST.join('.')}`;
}

/** `7.88.1`; undefined where there is none. */
function curlVersion(): string | undefined {
  const { status, stdout } = spawnSync('curl', ['--version'], { encoding: 'utf8', windowsHide: true });
  return status === 0 ? /^curl (\d+\.\d+\S*)/.exec(stdout)?.[1] : undefined;
}

let calls = 0;

/**
 * Run curl to its end.
 *
 * @param args  its arguments; they come last, so that they have the last word
 * @param input  for its standard input
 */
export async function curl(drive: Drive, args: string[], input?: Uint8Array): Promise<Call> {
  calls += 1;
  const headFile = join(drive.folder, `heads-${calls}`);
  const program = startCurl(drive, ['--dump-header', headFile, ...args]);
  if (input !== undefined) program.write(input);
  program.endInput();
  const { code, failedToStart } = await program.exited;
  if (failedToStart !== undefined) throw new Error(failedToStart);
  const output = program.stdout.bytes();
  return { code, output, text: output.toString(), log: program.stderr.text(), heads: headsIn(headFile) };
}

/** Start curl and leave it running. */
export function startCurl(drive: Drive, args: string[]): Program {
  return drive.spawn({
    command: 'curl',
    args: [...OPTIONS, ...args],
    env: studentEnvironment({}),
    cwd: drive.folder,
    label: 'curl',
  });
}

function headsIn(file: string): Head[] {
  const text = textOf(file);
  rmSync(file, { force: true });
  return text
    .split('\r\n\r\n')
    .filter((head) => head !== '')
    .map((head) => {
      const [statusLine = '', ...lines] = head.split('\r\n');
      const [version = '', status = ''] = statusLine.split(' ');
      const fields = lines.map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      });
      return { version, status: Number(status), fields: new Map(fields) };
    });
}

/** Empty where curl made none: it heard no answer. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
