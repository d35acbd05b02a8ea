/** What to think about, by the mistake that shows; each check adds its own. */

const COMMON = {
  threw:
    'An exception takes away the events that the same chunk had brought before it. What arrives can be wrong in any way, and your decoder must bear it: say it with a failed event. The message above names the line of your code.',
  'not-array':
    'receive and end return a list of events: an empty one when there is nothing to say, one with one event when there is one. (An async function returns a promise, and that is no list.)',
  busy: 'A loop in your code never ends: there is a round in which nothing gets shorter. What does it do with a message of length 0, with a chunk that has nothing left, with a line that is not complete?',
  shape:
    'An event is a plain object with the members that the README names, spelled as there: type, and beside it text, bytes, or code, message and offset.',
  'after-failed':
    'Something came after the failed event. From then on the decoder has nothing more to say: not in this call, not in a later one.',
  'lost-before':
    'What was complete before the failure got lost. Each event belongs to its place in the stream: the failure is the last in the list, not the only one.',
  cut: 'In one piece your decoder reads it right; cut at the mark it does not. What do you know at the end of the first piece, and where do you keep it until the second one comes?',
  inconsistent:
    'The same bytes came to different events, depending on the cuts. Where does your code look at the size of a chunk?',
} as const;

export const LINE_HINTS = {
  ...COMMON,
  'no-event':
    'Nothing came out. receive has to return the lines that are complete with this chunk; a list that you fill and do not return helps nobody.',
  numbers:
    'The text is a list of numbers: that is what toString makes of a Uint8Array. A TextDecoder makes text of bytes; so does Buffer.from(chunk).toString().',
  'chunk-is-message':
    'Your decoder gives out each chunk as one line. A chunk is what the network happened to deliver: it can have many lines, or a piece of one. Only LF ends a line.',
  'split-per-chunk':
    'Your decoder splits each chunk by itself, and gives out what stands behind the last LF too. That is not a line yet: its end comes with a later chunk.',
  'rest-dropped':
    'What stands behind the last LF of a chunk is gone, and all of a chunk without an LF. It is the beginning of the next line: keep it, and put it in front of the next chunk.',
  'rest-overwritten':
    'A line that comes in three or more pieces lost its beginning. When a chunk has no LF at all, what you kept before must stay, and the chunk goes behind it.',
  'first-only':
    'Of the lines in one chunk only the first came out. After a line, look at what is left of the chunk: there may be another one.',
  'line-late':
    'The last line is missing although its LF has arrived. A line is complete with its LF; what comes next, if anything, does not matter.',
  'cr-kept':
    'There is a CR at the end of a line. Before an LF it belongs to the line end, and not to the text.',
  'lone-cr':
    'A CR that is not right before an LF is a part of the text, like any letter. Only one CR, the one before the LF, belongs to the line end.',
  'crlf-cut':
    'The cut is between CR and LF. When the LF comes, the CR is already in what you kept: look at the whole line for it, not at the last chunk.',
  'other-line-ends':
    'A line was cut where there was no LF. A vertical tab, a form feed and the line separators of Unicode are a part of the text. (A regular expression or readline may know more line ends than this lab.)',
  'line-end-kept':
    'The text has its line end still on it. The LF says where the line ends; it is no part of the text.',
  'empty-swallowed':
    'An empty line is a line: two LFs in a row have one between them. Does some condition of yours take an empty text for no text?',
  trimmed: 'Spaces at the ends of a line are a part of it. Take away the line end and nothing else.',
  'text-per-chunk':
    'A character was cut in two, and each half became U+FFFD. Keep bytes until the line is complete and make text of the whole line.',
  'character-cut':
    'The cut goes through a character. Half a character is no error: its other half comes with the next chunk.',
  lossy:
    'What is not UTF-8 became U+FFFD, and the line came out as if all were well. By default a TextDecoder replaces; look up its option fatal.',
  latin1: 'Each byte became one character. UTF-8 has characters of up to four bytes.',
  'bom-dropped':
    'U+FEFF is gone from the beginning of a line. A TextDecoder takes it away unless told otherwise: look up ignoreBOM.',
  refused: 'Your decoder fails for bytes that are right. Its message in the event may say why.',
  otherwise:
    'Compare what came with what is accepted, event by event. Then follow the bytes through your code, one chunk after the other.',
};

export const MESSAGE_HINTS = {
  ...COMMON,
  shape:
    'An event is a plain object with the members that the README names, spelled as there. The bytes of a message are a Uint8Array: no text, no list of numbers, no ArrayBuffer.',
  'no-event':
    'Nothing came out. receive has to return the messages that are complete with this chunk; a list that you fill and do not return helps nobody.',
  'little-endian':
    'The length was read from the wrong end. Big-endian means that the first byte counts most. DataView reads that way unless told otherwise; Buffer has functions for both.',
  signed:
    'A length whose first bit is 1 was taken for a negative number. In JavaScript << and | give signed numbers. Read the length unsigned.',
  'short-length': 'Not all four bytes of the length count in your decoder. The length 256 is 00 00 01 00.',
  'counts-prefix': 'The length says how many bytes come after it. Its own four bytes are not counted.',
  'prefix-kept': 'The four bytes of the length stand in front of your message. They are no part of it.',
  'empty-swallowed':
    'A message of length 0 is a message: it is complete as soon as its length is. Does some condition of yours take 0 bytes for nothing there?',
  'text-round-trip':
    'EF BF BD in a message is U+FFFD: somewhere the bytes were made into text and back. A message has any bytes. Keep them as they are.',
  'chunk-is-message':
    'Your decoder takes each chunk for one message. A chunk is what the network happened to deliver: it can have many messages, or a piece of one. Only the length says where a message ends.',
  'first-only':
    'Of the messages in one chunk only the first came out. After a message, look at what is left of the chunk: there may be another one.',
  'rest-dropped':
    'A message that comes in pieces got lost. What has come of it must still be there when the rest comes: keep it, and put the next chunk behind it.',
  'prefix-cut':
    'The cut goes through a length. Its four bytes may come one by one: what has come of them must still be there when the rest comes, and they are a number only when all four are there.',
  'message-late':
    'The last message is missing although its last byte has arrived. A message is complete with its last byte; what comes next, if anything, does not matter.',
  'bytes-changed':
    'A message was right when you gave it out, and changed later: its bytes stand in a buffer that you have used again. subarray is a window onto the same bytes, slice of a Uint8Array is a copy. (slice of a Buffer is a window too.)',
  refused: 'Your decoder fails for bytes that are right. Its message in the event may say why.',
  otherwise:
    'Compare what came with what is accepted, event by event. Then follow the bytes through your code, one chunk after the other.',
};
