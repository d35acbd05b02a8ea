/** Step 5: a sign of life that is no event. */
import { EventStreamPeer } from '../../peer/event-stream-peer.ts';
import { explainSilence } from '../../peer/silence.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { hints, OTHERWISE, Publisher } from './requests.ts';

const HEARTBEAT_MS = 100;

export const heartbeats: Check[] = [
  {
    id: 'lab-09/heartbeat',
    step: 5,
    program: 'own',
    title: 'a reader that has heard nothing is sent a comment, again and again',
    rule: 'README, step 5',
    quote:
      'A reader that has heard nothing for `HEARTBEAT_MS` is sent a comment: a line that begins with a colon.',
    level: 'lab',
    needs: ['lab-09/leaves-at-once'],
    hints: hints({
      'no-heartbeat': `Nothing came while HEARTBEAT_MS was ${HEARTBEAT_MS}. Which timer sends the comments, and where does its interval come from?`,
      'heartbeat-once': 'One heartbeat came, and then none. A timer that goes off once is not enough.',
      'no-comment': 'Something came, and it is no comment: no line of it begins with a colon.',
      ...OTHERWISE,
    }),
    async run(judge) {
      const server = await judge.startServer({ env: { HEARTBEAT_MS: `${HEARTBEAT_MS}` } });
      const reader = await EventStreamPeer.open(judge, server, { lane: 'A' });
      const before = reader.response.stream.comments;
      await expectComments(judge, reader, before + 1, 'no-heartbeat');
      await expectComments(judge, reader, before + 2, 'heartbeat-once');
      await expectComments(judge, reader, before + 3, 'heartbeat-once');
      reader.expectNothingYet('although nothing was published', 'heartbeat-event');
      await reader.expectEvent(await new Publisher(judge, server).publish({ data: 'x' }));
      await expectComments(judge, reader, reader.response.stream.comments + 1, 'heartbeat-once');
      reader.expectNothingYet('although nothing more was published', 'heartbeat-event');
    },
  },
];

async function expectComments(
  judge: Judge,
  reader: EventStreamPeer,
  wanted: number,
  symptom: string,
): Promise<void> {
  const { stream } = reader.response;
  await reader.settle(() => stream.comments >= wanted || reader.unread.length > 0);
  reader.expectNothingYet('instead of a comment', 'heartbeat-event');
  if (stream.comments >= wanted) return judge.observe();
  await explainSilence(judge, {
    program: reader.tcp.program,
    peer: reader.tcp,
    awaited: `a comment, with HEARTBEAT_MS=${HEARTBEAT_MS},`,
    symptoms: { waiting: symptom },
    evidence: reader.evidence(['a line that begins with a colon'], 'no comment'),
  });
}
