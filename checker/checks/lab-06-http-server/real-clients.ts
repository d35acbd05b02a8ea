/** Step 10: real clients. What curl and Chromium send, byte for byte, and curl itself where it is installed. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { studentEnvironment } from '../../drive/drive.ts';
import type { ServerProgram } from '../../drive/server-program.ts';
import { within } from '../../drive/within.ts';
import { HttpPeer } from '../../peer/http.ts';
import { fieldValue } from '../../peer/http-response.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { chunked, HELLO, hello, hints } from './requests.ts';

/** curl gives up by itself after this, and says so. */
const CURL_SECONDS = 5;
const ENDS_MS = 8000;

const REAL = '`curl` gets, posts and pipes through your server';
const BROWSER =
  'Chromium loads a page with three files (a style sheet, a script, an image) from `/files/` over it.';

const HINTS = hints({
  'no-continue':
    'curl asks before it sends a body, and waits a second for the 100 before it goes on without.',
  curl: 'Run the same command yourself with -v: curl says what it sends and gets, and what it thinks of it.',
  'new-connection': 'curl had to connect a second time. It keeps a connection when the response lets it.',
  'status-200':
    'The browser has this file, and got it once more. Its tag stands in If-None-Match as you gave it.',
  'status-431': 'The head of a browser is long, and far from the limit.',
  otherwise:
    'Look at the bytes that were sent: real clients send more fields than a test, and use what the RFC allows.',
});

const noCurl = (): string | undefined =>
  curlPath() === undefined ? 'this machine has no curl on its PATH' : undefined;

export const realClients: Check[] = [
  {
    id: 'lab-06/curl-bytes',
    step: 10,
    title: 'what curl sends is answered',
    rule: 'README, step 10',
    quote: REAL,
    level: 'lab',
    needs: ['lab-06/continue', 'lab-06/head', 'lab-06/http-1-0'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const body = judge.draw('body', (random) => random.bytes(3000));
      const first = await HttpPeer.connect(judge, server, { lane: 'A' });
      await first.ask(curl(server, 'GET /hello HTTP/1.1'), { ...hello, to: 'GET /hello by curl' });
      await first.ask(curl(server, 'HEAD /hello HTTP/1.1'), { to: 'HEAD /hello by curl -I', status: 200 });
      await first.ask(
        Buffer.concat([
          curl(server, 'POST /echo HTTP/1.1', [
            `Content-Length: ${body.length}`,
            'Content-Type: application/x-www-form-urlencoded',
          ]),
          body,
        ]),
        {
          to: 'POST /echo by curl --data-binary',
          status: 200,
          body,
        },
      );
      const large = curl(server, 'POST /echo HTTP/1.1', [
        `Content-Length: ${body.length}`,
        'Content-Type: application/x-www-form-urlencoded',
        'Expect: 100-continue',
      ]);
      await expectAfterContinue(first, large, body, body, 'POST /echo by curl, with a large body');
      const piped = curl(server, 'PUT /echo HTTP/1.1', [
        'Transfer-Encoding: chunked',
        'Expect: 100-continue',
      ]);
      await expectAfterContinue(first, piped, chunked(body, [1024]), body, 'PUT /echo by curl -T -');
      const old = await HttpPeer.connect(judge, server, { lane: 'B' });
      await old.ask(curl(server, 'GET /hello HTTP/1.0'), {
        ...hello,
        to: 'GET /hello by curl --http1.0',
        version: '1.0',
      });
      await old.expectClosed('the response to curl --http1.0');
    },
  },
  {
    id: 'lab-06/browser-bytes',
    step: 10,
    title: 'a browser loads a page with three files, and again',
    rule: 'README, step 10',
    quote: BROWSER,
    level: 'lab',
    needs: ['lab-06/file', 'lab-06/if-none-match'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const word = judge.draw('word', (random) => random.letters(6));
      const folder = join(judge.folder, 'site', 'public', word);
      mkdirSync(folder, { recursive: true });
      const image = judge.draw('image', (random) => random.bytes(900));
      const files: [name: string, content: Uint8Array, fields: string[]][] = [
        [
          'index.html',
          Buffer.from(`<!doctype html>\n<title>${word}</title>\n<link rel="stylesheet" href="style.css">\n`),
          NAVIGATION,
        ],
        [
          'style.css',
          Buffer.from(`h1 { color: #${'0'.repeat(6)}; }\n`),
          subresource('text/css,*/*;q=0.1', 'style'),
        ],
        ['script.js', Buffer.from(`console.log("${word}");\n`), subresource('*/*', 'script')],
        [
          'image.png',
          image,
          subresource('image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'image'),
        ],
      ];
      for (const [name, content] of files) writeFileSync(join(folder, name), content);
      const tags = new Map<string, string>();
      // A browser opens a second connection beforehand, and uses it when there is something to fetch.
      const [main, second] = [
        await HttpPeer.connect(judge, server, { lane: 'A' }),
        await HttpPeer.connect(judge, server, { lane: 'B' }),
      ];
      for (const [index, [name, content, fields]] of files.entries()) {
        const path = `/files/${word}/${name}`;
        const client = index < 2 ? main : second;
        const answer = await client.ask(chromium(server, path, fields), {
          to: `GET ${path} by Chromium`,
          status: 200,
          body: content,
        });
        tags.set(name, fieldValue(answer, 'ETag') ?? '');
      }
      await main.ask(chromium(server, '/favicon.ico', subresource('image/*', 'image')), {
        to: 'GET /favicon.ico by Chromium',
        status: 404,
      });
      for (const [index, [name, , fields]] of files.entries()) {
        const path = `/files/${word}/${name}`;
        const again = [...fields, 'Cache-Control: max-age=0', `If-None-Match: ${tags.get(name)}`];
        const client = index % 2 === 0 ? main : second;
        await client.ask(chromium(server, path, again), {
          to: `GET ${path} by Chromium, on reload`,
          status: 304,
        });
      }
    },
  },
  {
    id: 'lab-06/curl',
    step: 10,
    title: 'curl itself gets, posts and pipes through the server',
    rule: 'README, step 10',
    quote: REAL,
    level: 'lab',
    needs: ['lab-06/curl-bytes'],
    lacks: noCurl,
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const at = (path: string): string => `http://${server.host}:${server.port}${path}`;
      const twice = await run(judge, ['--write-out', '%{num_connects}.', at('/hello'), at('/hello')]);
      expectOutput(judge, twice, `${HELLO}1.${HELLO}0.`, 'two URLs', 'new-connection');
      const old = await run(judge, ['--http1.0', '--write-out', '%{http_code}', at('/stream?chunks=2')]);
      expectOutput(judge, old, 'chunk 1 of 2\nchunk 2 of 2\n200', '--http1.0', 'curl');
      const head = await run(judge, [
        '--head',
        '--output',
        'head',
        '--write-out',
        '%{http_code} %{size_download}',
        at('/hello'),
      ]);
      expectOutput(judge, head, '200 0', '--head', 'curl');
      const text = judge.draw('text', (random) => random.letters(20_000));
      const posted = await run(
        judge,
        ['--header', 'Expect: 100-continue', '--data-binary', '@-', at('/echo')],
        text,
      );
      expectOutput(judge, posted, text, '--data-binary @-, with Expect: 100-continue', 'curl');
      const piped = await run(judge, ['--upload-file', '-', at('/echo')], text);
      expectOutput(judge, piped, text, '--upload-file -', 'curl');
    },
  },
];

const NAVIGATION = [
  'Upgrade-Insecure-Requests: 1',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
  'Sec-Fetch-Site: none',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-User: ?1',
  'Sec-Fetch-Dest: document',
];

function subresource(accept: string, destination: string): string[] {
  return [
    `Accept: ${accept}`,
    'Sec-Fetch-Site: same-origin',
    'Sec-Fetch-Mode: no-cors',
    `Sec-Fetch-Dest: ${destination}`,
  ];
}

/** A request as curl 7.88 writes it. */
function curl({ host, port }: ServerProgram, line: string, fields: string[] = []): Uint8Array {
  const lines = [line, `Host: ${host}:${port}`, 'User-Agent: curl/7.88.1', 'Accept: */*', ...fields];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

/** A request as Chromium 120 writes it. */
function chromium({ host, port }: ServerProgram, path: string, fields: string[]): Uint8Array {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}:${port}`,
    'Connection: keep-alive',
    'sec-ch-ua: "Not_A Brand";v="8", "Chromium";v="120"',
    'sec-ch-ua-mobile: ?0',
    'sec-ch-ua-platform: "Linux"',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
    ...fields,
    'Accept-Encoding: gzip, deflate, br',
    'Accept-Language: en-US,en;q=0.9',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

/** The head first, the body once 100 has come. */
async function expectAfterContinue(
  client: HttpPeer,
  head: Uint8Array,
  sent: Uint8Array,
  body: Uint8Array,
  to: string,
): Promise<void> {
  await client.send(head);
  const interim = await client.next({
    to,
    what: `a 100 for ${to}`,
    silence: { waiting: 'no-continue', 'not-reading': 'no-continue' },
  });
  if (interim.status !== 100)
    client.fail(
      `${to} was answered with ${interim.status} before its body came`,
      'otherwise',
      ['a 100'],
      interim,
    );
  await client.send(sent, { requests: 0 });
  await client.expectResponse({ to, status: 200, body });
}

interface CurlOutcome {
  command: string;
  code: number | null;
  output: string;
  stderr: string[];
}

/** Run curl to its end, without the user's settings. */
async function run(judge: Judge, args: string[], input = ''): Promise<CurlOutcome> {
  const all = [
    '--disable',
    '--silent',
    '--show-error',
    '--noproxy',
    '*',
    '--max-time',
    `${CURL_SECONDS}`,
    ...args,
  ];
  const program = judge.startOwn({
    command: curlPath() ?? 'curl',
    args: all,
    env: studentEnvironment({}),
    cwd: judge.folder,
    label: 'curl',
  });
  const command = `curl ${args.join(' ')}`;
  judge.trace.judge('', `runs ${command}`);
  program.write(input);
  program.endInput();
  await within(program.exited, ENDS_MS);
  return {
    command,
    code: program.exit?.code ?? null,
    output: program.stdout.text(),
    stderr: program.lastStderr(),
  };
}

function expectOutput(
  judge: Judge,
  { command, code, output, stderr }: CurlOutcome,
  expected: string,
  what: string,
  symptom: string,
): void {
  if (code !== 0 || output !== expected) {
    const shown = JSON.stringify(output.slice(0, 200));
    judge.fail(
      code === 0
        ? `curl with ${what} printed something else`
        : `curl with ${what} failed (exit code ${code})`,
      code === 0 ? symptom : 'curl',
      {
        accepted: [`${JSON.stringify(expected.slice(0, 200))} from ${command}`],
        actual: `${shown}, exit code ${code}`,
        stderr,
      },
    );
  }
  judge.observe();
}

/** Where curl is, looked for without a shell. */
function curlPath(): string | undefined {
  const name = process.platform === 'win32' ? 'curl.exe' : 'curl';
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
