import type { ImportDeclaration, Node, ObjectPattern, ParseResult, Program } from 'oxc-parser';
import type { Problem } from '../run/result.ts';
import { displayPath, placeAt } from './source.ts';
import { declaredNames, literalText, parseSource, unwrap, walkValues } from './syntax-tree.ts';

/**
 * The rules that the import graph can't show: ready-made protocols among the globals, and the ways around the
 * import rules. Only what surely breaks a rule is refused; whoever hides it well enough gets it past `check`.
 *
 * @param file    absolute
 * @param text    what the file holds
 * @param parsed  the result of `parseSource(file, text)`, when there is one already
 * @returns the refusals in the order of the text
 */
export function checkRules(
  file: string,
  text: string,
  parsed: ParseResult = parseSource(file, text),
): Problem[] {
  const breaches = new RuleCheck(parsed.program).breaches();
  breaches.sort((a, b) => a.offset - b.offset);
  return breaches.map(({ offset, words: [message, advice] }) => ({
    kind: 'forbidden',
    file: displayPath(file),
    ...placeAt(text, offset),
    message,
    advice,
  }));
}

/** What is wrong, what to do. */
type Words = readonly [message: string, advice: string];

interface Breach {
  offset: number;
  words: Words;
}

const CODE_FROM_TEXT = 'Write the code itself into the file: code made at run time is not checked.';
const BUILD_HTTP = 'HTTP is what you build in this course: write it on node:net.';
const IMPORT_INSTEAD = 'Import what the lab allows at the top of the file.';

/** Globals that hold a ready-made protocol or run a text as code. */
const GLOBALS = new Map<string, Words>([
  ['fetch', ['fetch is a ready-made HTTP client', BUILD_HTTP]],
  ['XMLHttpRequest', ['XMLHttpRequest is a ready-made HTTP client', BUILD_HTTP]],
  [
    'EventSource',
    ['EventSource is a ready-made event stream', 'Write it yourself on node:net: that is the lab.'],
  ],
  [
    'WebSocket',
    ['WebSocket is a ready-made WebSocket client', 'Write it yourself on node:net: that is the lab.'],
  ],
  ['eval', ['eval runs a text as code', CODE_FROM_TEXT]],
]);

/** What CommonJS has and an ES module has not. A bundler would make some of it work all the same. */
const COMMONJS = new Map<string, Words>([
  ['require', ['require does not exist in an ES module', "Write import … from '…' at the top of the file."]],
  ['module', ['module does not exist in an ES module', 'Write export before what other files are to use.']],
  ['exports', ['exports does not exist in an ES module', 'Write export before what other files are to use.']],
]);

const FUNCTION_FROM_TEXT: Words = ['Function(…) runs a text as code', CODE_FROM_TEXT];
const UNKNOWN_IMPORT: Words = [
  'import(…) needs the name of the module as a plain text',
  "Write the name in quotes, import('./parser.ts'), or import at the top of the file.",
];

/** Objects whose members matter. */
type Known = 'global' | 'process' | 'module';

const PROCESS_MEMBERS = ['getBuiltinModule', 'binding', '_linkedBinding', 'dlopen', 'mainModule'];

const MEMBERS: Readonly<Record<Known, ReadonlyMap<string, Words>>> = {
  global: GLOBALS,
  process: new Map(
    PROCESS_MEMBERS.map((name) => [name, [`process.${name} goes around the import rules`, IMPORT_INSTEAD]]),
  ),
  module: new Map([['createRequire', ['createRequire goes around the import rules', IMPORT_INSTEAD]]]),
};

class RuleCheck {
  readonly #program: Program;
  readonly #declared: ReadonlySet<string>;
  /** Names that the file imports for a whole module: `import process from 'node:process'`. */
  readonly #imported = new Map<string, Known>();
  readonly #breaches: Breach[] = [];

  constructor(program: Program) {
    this.#program = program;
    this.#declared = declaredNames(program);
  }

  breaches(): Breach[] {
    for (const statement of this.#program.body) {
      if (statement.type === 'ImportDeclaration' && statement.importKind !== 'type') this.#import(statement);
    }
    walkValues(this.#program, (node, parent) => this.#visit(node, parent));
    return this.#breaches;
  }

  #visit(node: Node, parent: Node): void {
    switch (node.type) {
      case 'Identifier':
        if (!isTypeof(parent)) this.#global(node, node.name);
        break;
      case 'CallExpression':
      case 'NewExpression':
        if (this.#isFunctionConstructor(unwrap(node.callee))) this.#report(node, FUNCTION_FROM_TEXT);
        break;
      case 'ImportExpression':
        if (literalText(unwrap(node.source)) === undefined) this.#report(node, UNKNOWN_IMPORT);
        break;
      case 'TSExternalModuleReference':
        this.#report(node, COMMONJS.get('require'));
        break;
      case 'MemberExpression':
        if (!isTypeof(parent) && !isAssigned(node, parent)) this.#member(node);
        break;
      case 'VariableDeclarator':
        if (node.init !== null) this.#taken(node.id, this.#known(node.init));
        break;
      case 'AssignmentExpression':
      case 'AssignmentPattern':
        this.#taken(node.left, this.#known(node.right));
        break;
    }
  }

  #global(node: Node, name: string): void {
    if (!this.#declared.has(name)) this.#report(node, GLOBALS.get(name) ?? COMMONJS.get(name));
  }

  #member(node: Node & { type: 'MemberExpression' }): void {
    const known = this.#known(node.object);
    if (known === undefined || node.property.type === 'PrivateIdentifier') return;
    this.#access(known, node, node.property, node.computed);
  }

  /** `const { binding } = process`, at any depth. */
  #taken(pattern: Node, known: Known | undefined): void {
    if (known === undefined || pattern.type !== 'ObjectPattern') return;
    for (const property of (pattern as ObjectPattern).properties) {
      if (property.type !== 'Property') continue;
      this.#access(known, property, property.key, property.computed);
      const inner = property.value.type === 'AssignmentPattern' ? property.value.left : property.value;
      this.#taken(inner, memberOf(known, nameOf(property.key, property.computed)));
    }
  }

  #access(known: Known, node: Node, key: Node, computed: boolean): void {
    const name = nameOf(key, computed);
    if (name !== undefined) this.#report(node, MEMBERS[known].get(name));
    if (name !== undefined || known === 'module') return;
    const object = known === 'global' ? 'globalThis' : 'process';
    this.#report(node, [
      `${object}[…] with a calculated name is not allowed`,
      `Write the name itself, as in ${object}.${known === 'global' ? 'setTimeout' : 'env'}: only that can be checked.`,
    ]);
  }

  #import({ source, specifiers }: ImportDeclaration): void {
    const known = KNOWN_MODULES.get(source.value);
    if (known === undefined) return;
    for (const specifier of specifiers) {
      if (specifier.type !== 'ImportSpecifier') {
        this.#imported.set(specifier.local.name, known);
        continue;
      }
      const name = specifier.imported.type === 'Literal' ? specifier.imported.value : specifier.imported.name;
      if (specifier.importKind === 'type') continue;
      if (name === 'default') this.#imported.set(specifier.local.name, known);
      this.#report(specifier, MEMBERS[known].get(name));
    }
  }

  /** Which of the objects whose members matter an expression is, when it says so itself. */
  #known(expression: Node): Known | undefined {
    const node = unwrap(expression);
    if (node.type === 'MemberExpression') {
      return memberOf(this.#known(node.object), nameOf(node.property, node.computed));
    }
    if (node.type !== 'Identifier') return undefined;
    return (
      this.#imported.get(node.name) ?? (this.#declared.has(node.name) ? undefined : globalObject(node.name))
    );
  }

  #isFunctionConstructor(callee: Node): boolean {
    if (callee.type === 'Identifier') return callee.name === 'Function' && !this.#declared.has('Function');
    if (callee.type !== 'MemberExpression' || this.#known(callee.object) !== 'global') return false;
    return nameOf(callee.property, callee.computed) === 'Function';
  }

  #report(node: Node, words: Words | undefined): void {
    if (words !== undefined) this.#breaches.push({ offset: node.start, words });
  }
}

const KNOWN_MODULES: ReadonlyMap<string, Known> = new Map([
  ['process', 'process'],
  ['node:process', 'process'],
  ['module', 'module'],
  ['node:module', 'module'],
]);

function globalObject(name: string): Known | undefined {
  if (name === 'process') return 'process';
  return name === 'globalThis' || name === 'global' ? 'global' : undefined;
}

function memberOf(known: Known | undefined, name: string | undefined): Known | undefined {
  return known === 'global' && name !== undefined ? globalObject(name) : undefined;
}

/** The name of a property; undefined when it is calculated. */
function nameOf(key: Node, computed: boolean): string | undefined {
  if (!computed && key.type === 'Identifier') return key.name;
  return literalText(unwrap(key));
}

/** `typeof fetch` only asks. */
function isTypeof(parent: Node): boolean {
  return parent.type === 'UnaryExpression' && parent.operator === 'typeof';
}

/** `globalThis.WebSocket = …` puts the student's own there. */
function isAssigned(node: Node, parent: Node): boolean {
  return parent.type === 'AssignmentExpression' && parent.operator === '=' && parent.left === node;
}
