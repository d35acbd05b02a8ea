/** What to think about for each mistake in the events of a parser; a check's own hint for the same one comes first. */
export const HINTS = {
  'no-event':
    'No event came. When is a line complete, when is an event, and which call should then return something? Look at what `receive` returns.',
  'unknown-event':
    'Something in the list has a `type` that is none of `event`, `id`, `retry` and `failed`. Those four words are the contract with everybody who uses your parser.',
  'event-shape':
    'An event lacks a member, or has one of another type. The table in the contract names them: `event`, `data` and `lastEventId` are strings, `retryMs` is a number.',
  'after-failed':
    'Something came behind `failed`. It is the last one of all: the parser must remember that it has failed.',
  'lost-events':
    'What was complete before the limit was passed is gone. Put `failed` behind what is already in the list of this call.',
  'failed-too-early':
    'It came to `failed`, and nothing here is longer than the limit. What do you count, in bytes or in characters, and where does each count begin again?',
  'empty-chunk':
    'A chunk of no bytes changes nothing. Without it the events are right: what do you take for granted about a chunk, its last byte for one?',
  // Text
  'decoded-by-chunk':
    'Half of a character was decoded by itself, and became U+FFFD. The decoder has to remember the bytes of a character that is not complete: one for the whole stream, and told that more will come.',
  latin1: 'Each byte became one character. The stream is UTF-8: é is two bytes and one character.',
  'invalid-dropped':
    'Bytes that are not UTF-8 are gone. They become U+FFFD, so that one sees that there was something.',
  'nul-dropped': 'A NUL is gone. It is a character like any other; only in the value of `id` it matters.',
  // The byte order mark
  'bom-kept':
    'The byte order mark in front is still there, so the first line begins with U+FEFF and its name is none that is known. One at the very beginning of the stream is skipped.',
  'bom-anywhere':
    'A byte order mark was taken out of the middle. Only one at the very beginning is skipped; any other is a character (U+FEFF) like any other.',
  'bom-each-chunk':
    'A byte order mark was taken from the beginning of a chunk. A chunk is no stream: there is one beginning, before the first byte of all. Does something make a new decoder, or skip its mark anew?',
  'bom-each-line':
    'A byte order mark was taken from the beginning of a line. Only the stream has one, not each line.',
  // Lines
  'lf-only':
    'A CR was taken for a part of the text. A line ends with LF, with CR, or with both: three ways to write the same.',
  'cr-alone': 'LF and CRLF are line ends here, and a CR alone is none. It is a line end too.',
  'cr-ignored': 'The CRs were taken out. A CR without an LF ends a line as well: two lines became one.',
  'crlf-cut':
    'The cut is between CR and LF, and the LF was counted again: as an empty line. An LF that comes right behind a CR belongs to it, also when it comes with the next chunk. What must be remembered?',
  'crlf-twice':
    'CRLF was taken for two line ends, and so each line is followed by an empty one. Both together end one line.',
  'lf-cr-one-end':
    'LF CR was taken for one line end. Only CR LF, in that order, is one; LF CR is two, the second of an empty line.',
  'cr-waits':
    'The CR came, and its line was not ended: the parser waits for the next byte, to see whether it is an LF. On a quiet stream that byte never comes. End the line with the CR, and remember to skip an LF.',
  'other-line-ends':
    'Something else than CR and LF was taken for a line end. Some library functions know many more (U+2028, U+0085, VT, FF); an event stream knows three.',
  'cut-line-end':
    'The cut is between CR and LF. The two bytes of a line end may come in two calls: what do you remember when the last byte is CR?',
  'cut-character':
    'The cut is within a character. Its bytes come in two calls: who keeps the first of them until the others are there?',
  // Fields
  trimmed:
    'Spaces of the value are gone. `trim` (Python calls it `strip`) takes all white space from both ends; here one space behind the colon is removed, and no more.',
  'spaces-eaten': 'All spaces behind the colon were removed. It is one, and the others belong to the value.',
  'trimmed-end':
    'The white space at the end of a value is gone. It belongs to the value: nothing is removed there.',
  'line-trimmed':
    'White space was taken from the line itself. In front it makes another name of the name; at the end it belongs to the value.',
  'tab-eaten': 'A tab behind the colon was removed. Only a space (0x20) is, and only one.',
  'space-kept': 'The space behind the colon is in the value. One is removed, if there is one.',
  'space-needed':
    'A line without a space behind its colon was not understood. The space may be there or not: `data:a` and `data: a` say the same.',
  'first-character-cut':
    'The character behind the colon is gone, although it is no space. Look at it before you remove it.',
  'split-colon':
    'The value ends at its first colon. Only the first colon of the line is special; what does `split` do with the others?',
  'last-colon': 'The line was cut at its last colon. The name ends at the first one.',
  'no-colon-ignored':
    'A line without a colon was ignored. It is a name with an empty value: `data` is the same as `data:`.',
  'no-colon-is-data':
    'A line without a colon was taken for data. The whole line is a name, and most names are unknown.',
  'comment-ends-block':
    'A comment ended the event. It does nothing at all: only an empty line ends an event.',
  'comment-is-data': 'A comment became data. A line that begins with a colon does nothing.',
  'comment-read':
    'A comment was read as a field. A line that begins with a colon does nothing, whatever comes behind it.',
  'name-case': 'A name in another case was taken for the known one. `Data` is a field that nobody knows.',
  'name-trimmed':
    'White space around a name was removed. A name is all that stands before the colon, a space too.',
  'name-prefix': 'A longer name was taken for a known one: it only begins with it. Compare the whole name.',
  // Events
  'last-data-only': 'Of several `data` lines only the last is there. Each one appends to the data.',
  'first-data-only': 'Of several `data` lines only the first is there. Each one appends to the data.',
  'data-joined': 'The `data` lines were put together without an LF between them.',
  'lf-kept': 'There is an LF too many at the end of the data. One is removed when the event is given out.',
  'lfs-stripped':
    'All LFs at the end of the data are gone. One is removed, and no more: lines `data` that are empty are lines of the data too.',
  'data-trimmed':
    'White space at the ends of the data is gone. One LF is removed from its end, and nothing else.',
  'data-truthy':
    'An empty first line of data is lost. "Is there data already?" and "is the data so far empty?" are two questions.',
  'empty-data-lost':
    'An event whose data is empty was not given out. There was a `data` line: that decides, not what stands in it. What does your test say about an empty string?',
  'empty-lines-lost': 'A `data` line without a value was ignored. It is an empty line of the data.',
  'event-without-data':
    'A block without a `data` line came out as an event. It is none, whatever else it says.',
  'event-of-a-type':
    'A block with a type and without data came out as an event. It is none; its type is forgotten.',
  'event-of-nothing': 'An empty line by itself came out as an event. There was no data.',
  'type-kept': 'The event has the type of one before it. After each empty line the type begins anew.',
  'type-kept-without-data':
    'The event has the type of the block before it, which had no data and was no event. After each empty line the type begins anew, also after such a block: is there a `return` before the line that resets it?',
  'no-default-type': 'An event whose type nobody named is a `message`.',
  'empty-type-ignored':
    'An `event` line without a value was ignored. It sets the type too, to nothing; and then it is a `message`.',
  'empty-type-kept': 'An event whose type was set to nothing is a `message`.',
  'first-type': 'Of two `event` lines the first one counted. The last one does.',
  // Ids
  'id-per-event':
    'An event without an `id` line has no id here. The last event ID belongs to the stream: it stays until another `id` line sets it. Which of your variables are reset after an event?',
  'id-with-data-only':
    'A block with an `id` line and without data has left no trace. It sets the last event ID as well: a server may send an id without an event.',
  'id-untold':
    'The last event ID has changed in a block without data, and nothing said so. Whoever comes back needs it: give out `{ type: "id", lastEventId }`.',
  'id-told-again': 'An `id` event came, and the last event ID is the same as before. Only a change is told.',
  'id-told-twice':
    'A block with data gave out an `id` event too. The event has the id in it, and that is enough.',
  'id-too-early':
    'The last event ID has changed before the empty line. An `id` line is only kept; the empty line makes it the last event ID.',
  'empty-id-ignored':
    'An `id` line without a value was ignored. It sets the last event ID to the empty string: so a server makes a client forget it.',
  'id-with-nul':
    'An `id` with a NUL in it was taken, or a part of it. The whole line is ignored, and the id from before stays.',
  'id-nul-forgets':
    'An `id` with a NUL in it has deleted the id from before. The line is ignored: it changes nothing.',
  'id-is-a-number':
    'The id was made a number, and is another text now. An id is text; only the server knows what it means.',
  'id-digits-only': 'An id that is no number was ignored. An id is any text; only `retry` wants digits.',
  'first-id-of-block': 'Of two `id` lines in one block the first one counted. The last one does.',
  'first-id-ignored':
    'The parser was told a last event ID for its beginning, and the events before the first `id` line do not have it. See the option `lastEventId`.',
  'first-id-told':
    'The last event ID that the parser was given came out as if it were news. It has not changed.',
  // retry
  'retry-parse-int':
    '`parseInt` takes the digits in front and forgets the rest: of `10s` it makes 10. Is the whole value digits? Ask that first.',
  'retry-number':
    'This value is not made of ASCII digits only, and it was taken. `Number` knows many more ways to write a number: none at all (0), -1, 1.5, 1e3, 0x10, spaces around it. Test the text before you convert it.',
  'retry-nan': 'A value that is no number came out all the same. Such a line is ignored.',
  'retry-empty-is-zero': 'An empty value became 0. It has no digit, and needs at least one.',
  'retry-trimmed':
    'Spaces around the digits were removed. One space behind the colon is none of the value; others are, and make it wrong.',
  'retry-zero-lost':
    '`retry: 0` was ignored. 0 is a number of digits like any other; is it false to your test?',
  'retry-untold': 'A `retry` line with digits gave out nothing.',
  'retry-waits':
    'The `retry` came only with the empty line, or never where none came. It is given out at the end of its own line, before all that is complete later.',
  'retry-in-seconds': 'The value of `retry` is in milliseconds, and so is `retryMs`.',
  // Pieces and the end
  'chunk-is-all':
    'What the chunk before had begun is lost. A chunk is not an event: keep the unfinished line, the data and the type for the next call.',
  'line-lost-at-cut':
    'The first half of a line is lost. A chunk may end anywhere: keep the unfinished line for the next call.',
  'cut-ends-line':
    'The end of a chunk was taken for the end of a line. A chunk may end anywhere: keep the unfinished line for the next call.',
  'one-event-a-call': 'Only the first of several events of a chunk came. Go on until the bytes are used up.',
  'end-is-empty-line':
    'The end of the stream was taken for an empty line. What is not complete is lost: half of an event may be half of a sentence.',
  'end-is-line-end': 'The end of the stream was taken for the end of a line. What is not complete is lost.',
  cut: 'In one piece it is right, and cut at this place it is not. What do you keep from one call to the next?',
  inconsistent: 'Yours depends on how the bytes were cut. The network must not decide what a stream says.',
  threw:
    'An exception leaves the parser, and the events before it are lost with it. Whatever the bytes are, the answer is a list.',
  late: 'The event is right, and it comes from a later call than the one that brought its last byte. Do not wait for more than it needs.',
  quadratic:
    'Eight times the bytes should cost eight times as much. Joining all that came before with every new piece, or searching it again from its beginning, costs the square. Where does each call begin to look?',
};
