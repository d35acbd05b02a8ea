import { extname } from 'node:path';
import { type ParseResult, parseSync } from 'oxc-parser';

/** Parse a source file as the ES module that it is. A file that can't be parsed has an empty program. */
export function parseSource(file: string, text: string): ParseResult {
  const lang = extname(file).endsWith('ts') ? 'ts' : 'js';
  return parseSync(file, text, { lang, sourceType: 'module', astType: 'ts', preserveParens: false });
}

/**
 * What esbuild has to add to the end of a text so that it takes the file for an ES module: without an import
 * or export it would take it for CommonJS, where `return` is legal at the top and a missing export is no error.
 */
export function moduleMark({ module, program }: ParseResult): string {
  // Behind a text that ends too early, the mark itself would be reported.
  return module.hasModuleSyntax || program.body.length === 0 ? '' : '\nexport {};';
}

/** Where the bracket or string stands that the text never closes. */
export function openedAt({ errors }: ParseResult): number | undefined {
  const [error] = errors;
  if (error === undefined) return undefined;
  const opened = error.labels.find(({ message }) => message === 'Opened here');
  if (opened !== undefined) return opened.start;
  return error.message.startsWith('Unterminated') ? error.labels[0]?.start : undefined;
}
