/** The command was asked for something it cannot do. The message is one line for the student; exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}
