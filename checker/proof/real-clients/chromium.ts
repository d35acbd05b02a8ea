/**
 * A Chromium without a window and with a profile of its own, driven over a pipe.
 *
 * The DevTools protocol: each message is JSON and a zero byte, to descriptor 3 of the browser and from its descriptor 4.
 * A message with an `id` is a command or its answer; one without is an event.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { type Drive, studentEnvironment } from '../../drive/drive.ts';
import { killGroup } from '../../drive/processes.ts';
import { waitUntil } from '../../drive/waiting.ts';
import { within } from '../../drive/within.ts';

/** A response as it came over the wire: one that spared the body is a 304. */
export interface Received {
  url: string;
  status: number;
}

/** How long one command may take, and the loading of a page. */
const ANSWER_MS = 15_000;
const GRACE_MS = 3000;

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The browser's program: what CHROME_PATH says, or what lies where it usually does. */
export function findChromium(): string | undefined {
  const { CHROME_PATH, PATH = '', PROGRAMFILES, LOCALAPPDATA } = process.env;
  if (CHROME_PATH) return isProgram(CHROME_PATH) ? CHROME_PATH : undefined;
  const usual = {
    darwin: ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`),
    win32: [PROGRAMFILES, process.env['PROGRAMFILES(X86)'], LOCALAPPDATA]
      .filter((folder) => folder !== undefined)
      .flatMap((folder) =>
        ['Google/Chrome', 'Chromium'].map((app) => join(folder, app, 'Application', 'chrome.exe')),
      ),
  }[process.platform as string];
  const onPath = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return (usual ?? onPath).find(isProgram);
}

export class Chromium {
  /** `Chrome/156.0.8078.79` */
  version = '';
  readonly #process: ChildProcess;
  readonly #drive: Drive;
  readonly #ended: Promise<void>;
  readonly #waiting = new Map<number, (answer: Message) => void>();
  #lastId = 0;
  #tab = '';
  /** Events since the last load began. */
  #events: Message[] = [];
  #wake = () => {};

  /**
   * Start it with one empty tab.
   *
   * @throws Error when it does not start on this machine
   */
  static async start(drive: Drive, program: string): Promise<Chromium> {
    const browser = new Chromium(drive, program);
    try {
      const { product } = await browser.#command('Browser.getVersion');
      browser.version = String(product).replace('Headless', '');
      const { targetId } = await browser.#command('Target.createTarget', { url: 'about:blank' });
      const attached = await browser.#command('Target.attachToTarget', { targetId, flatten: true });
      browser.#tab = String(attached.sessionId);
      await browser.#command('Page.enable');
      await browser.#command('Network.enable', { maxPostDataSize: 0 });
      return browser;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  private constructor(drive: Drive, program: string) {
    this.#drive = drive;
    const profile = join(drive.folder, 'profile');
    const root = process.getuid?.() === 0;
    const args = [...FLAGS, `--user-data-dir=${profile}`, ...(root ? ['--no-sandbox'] : [])];
    this.#process = spawn(program, args, {
      env: studentEnvironment({
        // The drive finds by it what leaves the browser's group.
        BAREWIRE_RUN: drive.mark,
        // Linux: beside the profile there are folders for all browsers of the user.
        XDG_CONFIG_HOME: profile,
        XDG_CACHE_HOME: profile,
      }),
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    if (this.#process.pid !== undefined) drive.reaper.guard(this.#process.pid);
    this.#ended = new Promise((resolve) => {
      this.#process.on('exit', () => resolve());
      this.#process.on('error', () => resolve());
    });
    (this.#process.stdio[3] as Writable).on('error', () => {});
    this.#listen(this.#process.stdio[4] as Readable);
  }

  /** Load a page, with all that belongs to it. */
  open(url: string): Promise<void> {
    return this.#load('Page.navigate', { url });
  }

  /** Load the page again, as the user would. */
  reload(): Promise<void> {
    return this.#load('Page.reload');
  }

  /**
   * Run the body of an async function in the page.
   *
   * @param code  JavaScript; what it returns must be expressible in JSON
   * @throws Error for what it throws
   */
  async run(code: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.#command('Runtime.evaluate', {
      expression: `(async () => { ${code} })()`,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value?: unknown }).value;
  }

  /** The responses since the last load began. The news of one may come a little later than the response itself. */
  received(): Received[] {
    const urls = new Map(
      this.#eventsNamed('Network.requestWillBeSent').map(({ requestId, request }) => [
        requestId,
        (request as { url: string }).url,
      ]),
    );
    return this.#eventsNamed('Network.responseReceivedExtraInfo').map(({ requestId, statusCode }) => ({
      url: urls.get(requestId) ?? '',
      status: Number(statusCode),
    }));
  }

  /** How many connections have brought responses since the last load began. */
  connections(): number {
    const ids = this.#eventsNamed('Network.responseReceived').map(
      ({ response }) => (response as { connectionId: number }).connectionId,
    );
    // A response that no connection brought has 0.
    return new Set(ids.filter((id) => id > 0)).size;
  }

  /** End the browser and all of its processes. */
  async close(): Promise<void> {
    const { pid } = this.#process;
    if (pid === undefined) return;
    this.#post({ id: 0, method: 'Browser.close' });
    await within(this.#ended, GRACE_MS);
    // On Windows a pid whose process has ended may be another's by now; a group keeps its number while it has members.
    if (process.platform !== 'win32' || this.#process.exitCode === null) await killGroup(pid);
    await within(this.#ended, GRACE_MS);
    this.#drive.reaper.release(pid);
  }

  async #load(method: string, params: object = {}): Promise<void> {
    this.#events = [];
    const { errorText } = await this.#command(method, params);
    if (errorText !== undefined) throw new Error(`${method}: ${errorText}`);
    const loaded = () => this.#eventsNamed('Page.loadEventFired').length > 0;
    const event = () => new Promise<void>((resolve) => (this.#wake = resolve));
    if (!(await waitUntil(loaded, event, ANSWER_MS))) throw new Error('the page was not loaded');
  }

  #eventsNamed(name: string): Params[] {
    return this.#events.filter(({ method }) => method === name).map(({ params = {} }) => params);
  }

  async #command(method: string, params: object = {}): Promise<Params> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    this.#post({ id, method, params, ...(this.#tab === '' ? {} : { sessionId: this.#tab }) });
    const ended = this.#ended.then((): Message => ({ error: 'the browser has ended' }));
    const answer = (await within(Promise.race([answered, ended]), ANSWER_MS)) ?? { error: 'no answer' };
    this.#waiting.delete(id);
    if (answer.error !== undefined) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
    return answer.result ?? {};
  }

  #post(message: object): void {
    (this.#process.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
  }

  #listen(pipe: Readable): void {
    // The beginning of a message, in the pieces in which it came: it may have some MiB.
    let pieces: string[] = [];
    pipe.setEncoding('utf8');
    pipe.on('error', () => {});
    pipe.on('data', (text: string) => {
      const [first = '', ...others] = text.split('\0');
      pieces.push(first);
      for (const next of others) {
        this.#take(JSON.parse(pieces.join('')) as Message);
        pieces = [next];
      }
    });
  }

  #take(message: Message): void {
    if (message.id === undefined) {
      this.#events.push(message);
      this.#wake();
    } else {
      this.#waiting.get(message.id)?.(message);
    }
  }
}

type Params = Record<string, unknown>;

interface Message {
  id?: number;
  method?: string;
  params?: Params;
  result?: Params;
  error?: unknown;
}

const FLAGS = [
  '--headless',
  '--remote-debugging-pipe',
  '--disable-gpu',
  '--mute-audio',
  // A container's /dev/shm is small.
  '--disable-dev-shm-usage',
  // Nobody but 127.0.0.1 is asked or told anything.
  '--no-proxy-server',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-extensions',
  '--disable-features=MediaRouter,OptimizationHints,Translate',
  '--disable-sync',
  '--metrics-recording-only',
  '--no-default-browser-check',
  '--no-first-run',
  '--no-pings',
  // The user's keys are none of ours.
  '--password-store=basic',
  '--use-mock-keychain',
];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
