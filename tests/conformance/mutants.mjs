// The faults that the suite must notice: which scenario runs, which of its checks must turn red, and what the proxy
// does to commit the fault (mutant_proxy.mjs calls these). Here those of sessions, in modern_mutants.mjs those of the
// stateless revision. `node mutants.mjs` prints `name revision scenario check,check…`, one a line.
import { isProgress, writeLate } from './late_events.mjs';
import { modernMutants } from './modern_mutants.mjs';

export const harmless = {
  /** `message`: the request's body, or null if it is no JSON. */
  requestHeaders: (headers) => headers,
  requestMessage: (message) => message,
  /** A status to answer with instead of asking the fixture, or null. */
  answerItself: () => null,
  /** A whole JSON answer to a request with this method. An array: messages to send as events instead. */
  message: (message) => message,
  /** The HTTP status of such an answer. */
  status: (status) => status,
  /** One event block: what to send instead, null for nothing, or 'later' to keep it for afterEvents. */
  event: (block) => block,
  /** Waited for before the stream ends. */
  afterEvents: () => {},
};

function changeMessage(wanted, change) {
  return (message, method) => {
    if (method === wanted && message.result) change(message.result);
    return message;
  };
}

// The message may come as JSON or as an event; both pass the change.
function changeEvent(marker, change) {
  return (block) =>
    block.replace(/^data: ?(.*)$/m, (line, data) => (data.includes(marker) ? `data: ${change(data)}` : line));
}

const legacyMutants = {
  'no-host-check': {
    scenario: 'dns-rebinding-protection',
    checks: ['localhost-host-rebinding-rejected'],
    proxy: {
      requestHeaders: (headers, target) => {
        delete headers.origin;
        return { ...headers, host: target.host };
      },
    },
  },
  'extra-key-in-ping': {
    scenario: 'ping',
    checks: ['ping'],
    proxy: { message: changeMessage('ping', (result) => (result.resultType = 'complete')) },
  },
  'progress-after-result': {
    scenario: 'tools-call-with-progress',
    checks: ['tools-call-with-progress'],
    proxy: {
      event: (block) => (isProgress(block) ? 'later' : block),
      afterEvents: writeLate,
    },
  },
  'progress-on-get-stream': {
    scenario: 'tools-call-with-progress',
    checks: ['tools-call-with-progress'],
    proxy: {
      event: (block) => (isProgress(block) ? 'later' : block),
      afterEvents: (blocks, _, standalone) =>
        setTimeout(() => {
          for (const other of standalone) blocks.forEach((block) => other.write(`${block}\n\n`));
        }, 100),
    },
  },
  'session-survives-delete': {
    scenario: 'server-session-lifecycle',
    checks: ['server-session-terminated-returns-404'],
    proxy: { answerItself: (request) => (request.method === 'DELETE' ? 204 : null) },
  },
  'tool-without-schema': {
    scenario: 'tools-list',
    checks: ['wire-schema-valid'],
    proxy: { message: changeMessage('tools/list', (result) => delete result.tools[0].inputSchema) },
  },
  'schema-stripped-to-properties': {
    scenario: 'json-schema-2020-12',
    checks: [
      'json-schema-2020-12-$schema',
      'json-schema-2020-12-$defs',
      'json-schema-2020-12-additionalProperties',
    ],
    proxy: {
      message: changeMessage('tools/list', (result) => {
        for (const tool of result.tools)
          tool.inputSchema = { type: 'object', properties: tool.inputSchema.properties ?? {} };
      }),
    },
  },
  'no-logs-of-a-call': {
    scenario: 'tools-call-with-logging',
    checks: ['tools-call-with-logging'],
    proxy: { event: (block) => (block.includes('"notifications/message"') ? null : block) },
  },
  'elicitation-without-defaults': {
    scenario: 'elicitation-sep1034-defaults',
    checks: ['elicitation-sep1034-string-default'],
    proxy: { event: changeEvent('elicitation/create', (data) => data.replace(',"default":"John Doe"', '')) },
  },
  'no-priming-event': {
    scenario: 'server-sse-polling',
    checks: ['server-sse-priming-event'],
    proxy: { event: (block) => (/^data: ?$/m.test(block) ? 'retry: 1000\nid: x\ndata: {"a":1}' : block) },
  },
  'no-retry': {
    scenario: 'server-sse-polling',
    checks: ['server-sse-retry-field'],
    proxy: { event: (block) => block.replace(/^retry:.*\n?/m, '') },
  },
  'answer-lost-on-resumption': {
    scenario: 'server-sse-polling',
    checks: ['server-sse-disconnect-resume'],
    proxy: { event: (block, asked) => (asked.resumed ? null : block) },
  },
  'binary-resource-without-blob': {
    scenario: 'resources-read-binary',
    checks: ['resources-read-binary'],
    proxy: { message: changeMessage('resources/read', (result) => delete result.contents[0].blob) },
  },
};

const of = (revision, some) =>
  Object.fromEntries(Object.entries(some).map(([name, mutant]) => [name, { revision, ...mutant }]));

export const mutants = { ...of('2025-11-25', legacyMutants), ...of('2026-07-28', modernMutants) };

if (process.argv[1]?.endsWith('/mutants.mjs'))
  for (const [name, { revision, scenario, checks }] of Object.entries(mutants))
    console.log(name, revision, scenario, checks.join());
