/** Step 9: files. */
import { mkdirSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HttpPeer } from '../../peer/http.ts';
import { fieldValue, fieldValues, type HttpResponse } from '../../peer/http-response.ts';
import type { Check, Machine } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { hello, helloRequest, hints, request } from './requests.ts';
import { expectType } from './response.ts';

/** In the run's folder: what `FILES` names, and beside it what must not be served. */
const SERVED = join('site', 'public');

const noLinks = ({ platform }: Machine): string | undefined =>
  platform === 'win32' ? 'making a symbolic link on Windows needs rights that you may not have' : undefined;

const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;

const OUTSIDE = 'Nothing outside of the folder is ever served.';
const TYPES: [ending: string, type: string][] = [
  ['html', 'text/html'],
  ['css', 'text/css'],
  ['js', 'text/javascript'],
  ['json', 'application/json'],
  ['txt', 'text/plain'],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['zip', 'application/octet-stream'],
  ['HTML', 'text/html'],
  ['Png', 'image/png'],
];

/** What FILES is for every server of this lab: a folder that is there from the start, without a link in its path. */
export function environment(folder: string): Record<string, string> {
  mkdirSync(join(folder, SERVED), { recursive: true });
  return { FILES: realpathSync(join(folder, SERVED)) };
}

const OUTSIDE_HINTS = hints({
  'served-outside':
    'A file from outside of the folder was served. Decode the path first, then find out which file it really means, and only then ask whether that file lies inside.',
  'not-refused': 'This path is refused with 400, 403 or 404, as you like.',
  'status-500': 'Such a path made your code throw. It is the client’s fault: 400, 403 or 404.',
  crashed: 'Such a path ended the program: something threw, and nobody caught it.',
  otherwise:
    'Resolve the path to the file that it really means, and compare with the folder; a common beginning of two names is not enough.',
});

const TAG_HINTS = hints({
  'no-etag': 'The response has no ETag. It is a text in double quotes that names this very content.',
  'etag-form': 'An entity tag stands in double quotes, perhaps with W/ before it.',
  'etag-changes':
    'The file is the same, and its ETag is another one. Make it from what the file is, not from when it was asked for.',
  'etag-stays':
    'The file has changed, and its ETag is the same. Take something that changes with the file: its size and the time of its change, or a hash.',
  'status-200':
    'The client has this very file, and got it once more. If-None-Match is a list of tags, or *; W/ before a tag does not matter.',
  'status-304':
    'The client does not have this file, and was told that it does. Compare whole tags, not parts of them.',
  'other-etag': 'A 304 has the ETag that the 200 would have.',
  'no-date': 'A 304 has a Date.',
  otherwise: 'Take the list apart at its commas, take W/ away on both sides, and compare.',
});

export const files: Check[] = [
  {
    id: 'lab-06/file',
    step: 9,
    title: 'a file is served with its bytes, its length and its type',
    rule: 'README, step 9',
    quote:
      '`GET /files/PATH` answers with the bytes of the file PATH below the folder `FILES`, and `Content-Length`.',
    level: 'lab',
    needs: ['lab-06/reuse'],
    hints: hints({
      'status-404': 'The file is there. FILES is a folder; the path behind /files/ is looked for below it.',
      'no-length': 'A file has a length before it is read. Say it in Content-Length.',
      body: 'The bytes are not those of the file. Was it read as text?',
      type: 'The type goes by what stands behind the last dot of the name, in any case.',
      otherwise: 'Find the file, its size and its type; then send its bytes as they are.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const word = judge.draw('word', (random) => random.letters(6));
      const bytes = judge.draw('bytes', (random) => random.bytes(400));
      for (const [index, [ending, type]] of TYPES.entries()) {
        const content = bytes.subarray(index, 100 + index * 20);
        put(judge, `${word}/page.${word}.${ending}`, content);
        const to = `GET /files/${word}/page.${word}.${ending}`;
        const answer = await client.ask(request(to), { to, status: 200, body: content });
        if (answer.framing !== 'length')
          client.fail(`the response to ${to} has no Content-Length`, 'no-length', ['Content-Length'], answer);
        expectType(client, answer, type);
        const headed = await client.ask(request(`HEAD ${to.slice(4)}`), {
          to: `HEAD ${to.slice(4)}`,
          status: 200,
        });
        expectType(client, headed, type);
      }
      put(judge, `${word}/empty`, '');
      const to = `GET /files/${word}/empty`;
      const answer = await client.ask(request(`${to}?a=../b`), { to, status: 200, body: '' });
      expectType(client, answer, 'application/octet-stream');
    },
  },
  {
    id: 'lab-06/file-names',
    step: 9,
    title: 'the path is percent-decoded as UTF-8',
    rule: 'README, step 9',
    quote: 'Each segment of PATH is percent-decoded as UTF-8.',
    level: 'lab',
    needs: ['lab-06/file'],
    hints: hints({
      'status-404':
        'The name of the file has a space, a percent sign or a letter beyond ASCII in it, and the client writes %20 and the like. Decode it, once.',
      'status-400': 'The path is well formed: %25 is a percent sign. Is it decoded twice?',
      otherwise: 'Cut the path at its slashes, decode each segment once.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const word = judge.draw('word', (random) => random.letters(5));
      for (const name of [`${word} two words.txt`, `${word}-\u00e4\u00f6.txt`, `${word}%41.txt`]) {
        put(judge, `${word}/${name}`, name);
        const to = `GET /files/${word}/${encodeURIComponent(name)}`;
        await client.ask(request(to), { to, status: 200, body: name });
      }
    },
  },
  {
    id: 'lab-06/file-missing',
    step: 9,
    title: 'what is missing, or is a folder, is 404',
    rule: 'README, step 9',
    quote: 'What is missing, or is a folder, is 404.',
    level: 'lab',
    needs: ['lab-06/file'],
    hints: hints({
      crashed: 'The file cannot be opened, and an error event without a listener ended the program.',
      'status-500':
        'What is not there is no accident of yours: it is 404. A folder can be opened, but not read.',
      'status-200': 'The head went out before anybody knew whether the file can be read.',
      otherwise: 'Ask first what the path names: a file, a folder or nothing.',
    }),
    async run(judge) {
      const server = await judge.server();
      const word = judge.draw('word', (random) => random.letters(7));
      put(judge, `${word}/there.txt`, word);
      const long = 'x'.repeat(300);
      for (const path of [
        `${word}.txt`,
        `${word}/there`,
        `${word}`,
        `${word}/`,
        '',
        `${word}/there.txt/more`,
        long,
      ]) {
        const client = await HttpPeer.connect(judge, server);
        const to = `GET /files/${path}`;
        await client.ask(request(to), { to: to.slice(0, 60), status: 404 });
      }
      const client = await HttpPeer.connect(judge, server);
      await client.ask(helloRequest(), hello);
    },
  },
  {
    id: 'lab-06/etag',
    step: 9,
    title: 'the ETag stays while the file does, and changes with it',
    rule: 'README, step 9',
    quote: 'It stays the same while the file does, and is another one when the file has changed.',
    level: 'lab',
    needs: ['lab-06/file'],
    hints: TAG_HINTS,
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const [word, first, second, third] = judge.draw('words', (random) =>
        [6, 20, 30, 30].map((length) => random.letters(length)),
      ) as [string, string, string, string];
      const path = `${word}/tagged.txt`;
      put(judge, path, first, 7200);
      const before = await tagOf(client, path);
      const again = await tagOf(client, path);
      const accepted = ['the same ETag for the same file'];
      if (again.tag !== before.tag)
        client.fail(
          `the ETag was ${before.tag} and is ${again.tag} now`,
          'etag-changes',
          accepted,
          again.answer,
        );
      let { tag } = before;
      for (const { content, age, how } of [
        { content: second, age: 3600, how: 'the file has changed' },
        { content: third, age: 0, how: 'the file has changed to other bytes of the same length' },
      ]) {
        put(judge, path, content, age);
        const after = await tagOf(client, path);
        if (after.tag === tag) {
          const changed = ['another ETag for a file that has changed'];
          client.fail(`${how} and its ETag is still ${tag}`, 'etag-stays', changed, after.answer);
        }
        tag = after.tag;
      }
      judge.observe();
    },
  },
  {
    id: 'lab-06/if-none-match',
    step: 9,
    title: 'a client that has the file gets 304',
    rule: 'README, step 9',
    quote:
      'A request whose `If-None-Match` lists it, or is `*`, is answered with 304, without a body, with the same `ETag` and a `Date`.',
    level: 'lab',
    needs: ['lab-06/etag'],
    hints: TAG_HINTS,
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const word = judge.draw('word', (random) => random.letters(6));
      const path = `${word}/known.css`;
      put(judge, path, word);
      const { tag } = await tagOf(client, path);
      const strong = tag.replace(/^W\//, '');
      const known: [string, string][][] = [
        [['If-None-Match', tag]],
        [['if-none-match', strong]],
        [['If-None-Match', `W/${strong}`]],
        [['If-None-Match', `"${word}", ${strong}`]],
        [['If-None-Match', `W/"${word},x",${strong} ,"y"`]],
        [['If-None-Match', '*']],
        [
          ['If-None-Match', `"${word}"`],
          ['If-None-Match', strong],
        ],
      ];
      for (const method of ['GET', 'HEAD']) {
        for (const fields of method === 'GET' ? known : known.slice(0, 1)) {
          const to = `${method} /files/${path} with ${fields.map((field) => field.join(': ')).join(' and ')}`;
          const answer = await client.ask(request(`${method} /files/${path}`, { fields }), {
            to,
            status: 304,
          });
          const came = fieldValue(answer, 'ETag');
          if (came?.replace(/^W\//, '') !== strong)
            client.fail(
              `the 304 to ${to} has the ETag ${came}, expected ${tag}`,
              'other-etag',
              [`ETag: ${tag}`],
              answer,
            );
          if (fieldValue(answer, 'Date') === undefined)
            client.fail(`the 304 to ${to} has no Date`, 'no-date', ['a Date'], answer);
        }
      }
      for (const value of [
        `"${word}"`,
        `"x${strong.slice(1)}`,
        `${strong.slice(0, -1)}x"`,
        `"${word}", W/"${word}"`,
      ]) {
        const to = `GET /files/${path} with If-None-Match: ${value}`;
        await client.ask(request(`GET /files/${path}`, { fields: [['If-None-Match', value]] }), {
          to,
          status: 200,
          body: word,
        });
      }
    },
  },
  {
    id: 'lab-06/outside',
    step: 9,
    title: 'nothing outside of the folder is served, however the path is written',
    rule: 'README, step 9',
    quote: OUTSIDE,
    level: 'lab',
    needs: ['lab-06/file'],
    hints: OUTSIDE_HINTS,
    async run(judge) {
      const secret = judge.draw('secret', (random) => random.letters(24));
      const name = judge.draw('name', (random) => `${random.letters(8)}.txt`);
      const folder = join(judge.folder, 'site');
      write(join(folder, name), secret);
      write(join(folder, 'public-not', name), secret);
      write(join(judge.folder, name), secret);
      put(judge, `inside/${name}`, 'inside');
      const absolute = join(folder, name).split('\\').join('/');
      const server = await judge.server();
      for (const path of [
        `../${name}`,
        `../../${name}`,
        `%2e%2e/${name}`,
        `.%2E/${name}`,
        `inside/../../${name}`,
        `inside/%2e%2e/%2e%2e/${name}`,
        `..%2f${name}`,
        `%2e%2e%2f${name}`,
        `inside%2f..%2f..%2f${name}`,
        `..%5c${name}`,
        `..\\${name}`,
        `../public-not/${name}`,
        `%2e%2e/public-not/${name}`,
        `%252e%252e/${name}`,
        `....//${name}`,
        `/${absolute}`,
        `${absolute}`,
        `%2f${absolute.slice(1).replaceAll('/', '%2f')}`,
        `inside/${name}%00.html`,
        `../${name}%00.txt`,
        `%c0%ae%c0%ae/${name}`,
      ]) {
        const client = await HttpPeer.connect(judge, server);
        const to = `GET /files/${path}`;
        await expectNoSecret(client, to, secret);
        client.tcp.vanish();
      }
      for (const target of [
        `http://localhost/files/../${name}`,
        `/files/..%2F${name}?a=b`,
        `/./files/../${name}`,
        `/hello/../../${name}`,
        `//files/../../${name}`,
        `/%66iles/%2e%2e/${name}`,
      ]) {
        const client = await HttpPeer.connect(judge, server);
        await expectNoSecret(client, `GET ${target}`, secret);
        client.tcp.vanish();
      }
      const client = await HttpPeer.connect(judge, server);
      const to = `GET /files/inside/${name}`;
      await client.ask(request(to), { to: `${to}, which is inside`, status: 200, body: 'inside' });
    },
  },
  {
    id: 'lab-06/links',
    step: 9,
    title: 'a symbolic link that leads out of the folder is not followed',
    rule: 'README, step 9',
    quote:
      'and a symbolic link that leads out of the folder, are answered with 400, 403 or 404, as you like.',
    level: 'lab',
    needs: ['lab-06/outside'],
    lacks: noLinks,
    hints: OUTSIDE_HINTS,
    async run(judge) {
      const secret = judge.draw('secret', (random) => random.letters(24));
      const name = judge.draw('name', (random) => random.letters(8));
      const outside = join(judge.folder, 'site', `${name}-outside`);
      write(join(outside, `${name}.txt`), secret);
      // A second look at a failed check finds what the first has left.
      rmSync(join(judge.folder, SERVED, name), { recursive: true, force: true });
      put(judge, `${name}/real.txt`, 'real');
      const link = (to: string, at: string): void => symlinkSync(to, join(judge.folder, SERVED, name, at));
      link(join(outside, `${name}.txt`), 'file.txt');
      link(join('..', '..', `${name}-outside`, `${name}.txt`), 'relative.txt');
      link(outside, 'folder');
      const server = await judge.server();
      for (const path of ['file.txt', 'relative.txt', `folder/${name}.txt`]) {
        const client = await HttpPeer.connect(judge, server);
        const to = `GET /files/${name}/${path}`;
        await expectNoSecret(client, to, secret);
        client.tcp.vanish();
      }
    },
  },
];

/**
 * A file below FILES.
 *
 * @param age  how many seconds ago it was changed: two changes in a row may fall into one tick of the file system's clock
 */
function put(judge: Judge, path: string, content: Uint8Array | string, age = 0): void {
  const file = join(judge.folder, SERVED, ...path.split('/'));
  write(file, content);
  if (age === 0) return;
  const changed = Date.now() / 1000 - age;
  utimesSync(file, changed, changed);
}

function write(file: string, content: Uint8Array | string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

async function tagOf(client: HttpPeer, path: string): Promise<{ tag: string; answer: HttpResponse }> {
  const to = `GET /files/${path}`;
  const answer = await client.ask(request(to), { to, status: 200 });
  const [tag, second] = fieldValues(answer, 'ETag');
  if (tag === undefined || second !== undefined)
    client.fail(`the response to ${to} has no ETag, or two`, 'no-etag', ['one ETag'], answer);
  if (!ENTITY_TAG.test(tag))
    client.fail(`the ETag of ${to} is ${tag}`, 'etag-form', ['"…" or W/"…"'], answer);
  return { tag, answer };
}

/** Refused with 400, 403 or 404; and whatever the status, the secret is not in it. */
async function expectNoSecret(client: HttpPeer, to: string, secret: string): Promise<void> {
  const accepted = ['a 400, 403 or 404 response'];
  const answer = await client.ask(request(to), {
    to,
    accepted,
    symptoms: [{ slug: 'served-outside', when: ({ body }) => Buffer.from(body).includes(secret) }],
  });
  if (Buffer.from(answer.body).includes(secret))
    client.fail(`${to} gave a file from outside of the folder`, 'served-outside', accepted, answer);
  if (![400, 403, 404].includes(answer.status))
    client.fail(
      `${to} was answered with ${answer.status}`,
      answer.status === 500 ? 'status-500' : 'not-refused',
      accepted,
      answer,
    );
}
