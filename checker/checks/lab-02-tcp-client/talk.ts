/** What most checks begin with: the judge listens, the student's client is started and connects. */
import { ProgramConsole } from '../../peer/console.ts';
import type { TcpPeer } from '../../peer/tcp.ts';
import { TcpService } from '../../peer/tcp-service.ts';
import type { Judge } from '../../run/judge.ts';
import { OUTPUT_SYMPTOMS } from './symptoms.ts';

export const HOST = '127.0.0.1';

/** A client and the judge's end of its connection. */
export interface Talk {
  client: ProgramConsole;
  server: TcpPeer;
  /** `127.0.0.1:20345` */
  address: string;
}

/**
 * Start a client and take its connection.
 *
 * @param typed  what is typed before the connection is there; undefined: nothing
 */
export async function startTalk(
  judge: Judge,
  { env = {}, typed }: { env?: Record<string, string>; typed?: Uint8Array } = {},
): Promise<Talk> {
  const service = await TcpService.listen(judge, HOST);
  const client = new ProgramConsole(judge, judge.startClient({ host: HOST, port: service.port, env }));
  if (typed !== undefined) {
    client.type(typed);
    client.endInput();
  }
  const server = await service.accept(client.program);
  client.serve(server);
  return { client, server, address: `${HOST}:${service.port}` };
}

/** The client must have said that it is connected. */
export async function expectConnected({ client, address }: Talk): Promise<void> {
  await client.expectOutput({
    bytes: Buffer.from(`Connected to ${address}\n`),
    what: 'the line that says it is connected',
    accepted: [`the line "Connected to ${address}"`],
    symptoms: [{ slug: 'other-announcement', when: () => true }],
    silence: { waiting: 'no-announcement', crashed: 'no-announcement' },
  });
}

/** After what was printed the client must say that the server has gone, and end well. */
export async function expectDisconnected({ client, address }: Talk, afterLine: boolean): Promise<void> {
  const line = `Disconnected from ${address}`;
  await client.expectOutput({
    bytes: Buffer.from(`${afterLine ? '' : '\n'}${line}\n`),
    what: 'the line that says the server has gone',
    accepted: [`the line "${line}"${afterLine ? '' : ', after a newline'}`],
    symptoms: [
      { slug: 'glued', when: (actual) => !afterLine && Buffer.from(actual).toString().startsWith('Disc') },
      { slug: 'empty-line', when: (actual) => afterLine && actual[0] === 0x0a },
      ...OUTPUT_SYMPTOMS.filter(({ slug }) => slug === 'prompt-in-pipe'),
      { slug: 'other-goodbye', when: (actual) => actual.length > 0 },
    ],
    silence: { waiting: 'no-goodbye', crashed: 'no-goodbye' },
  });
  await client.expectExit({ code: 0, when: 'after the server has ended' });
  await client.expectNoMoreOutput('that line');
}
