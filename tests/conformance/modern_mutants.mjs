// The faults of a server of the stateless revision that the suite must notice; see mutants.mjs.
import { isProgress, writeLate } from './late_events.mjs';

const meta = 'io.modelcontextprotocol/';

/** Changes the result of answers to one method. */
const result = (wanted, change) => ({
  message: (message, method, asked) => {
    if (method === wanted && message.result) change(message.result, asked);
    return message;
  },
});

/** Changes the error of answers with this code. */
const error = (code, change) => ({
  message: (message) => {
    if (message.error?.code === code) change(message.error, message);
    return message;
  },
});

/** Answers errors with this code with another status. */
const status = (code, other) => ({
  status: (was, message) => (message.error?.code === code ? other : was),
});

/** Changes the messages of event streams that are answers to this method; null drops one. */
const events = (wanted, change) => ({
  event: (block, asked) => {
    const data = /^data: ?(.+)$/m.exec(block)?.[1];
    if (data === undefined || asked.message?.method !== wanted) return block;
    const changed = change(JSON.parse(data), asked.message);
    return changed === null ? null : `data: ${JSON.stringify(changed)}`;
  },
});

/** What a lenient reader makes of a header value in its Base64 form; undefined for a plain one. */
function lenientlyDecoded(value) {
  const inside = /^=\?base64\?(.*)\?=$/.exec(value)?.[1];
  return inside === undefined ? undefined : Buffer.from(inside, 'base64').toString('utf8');
}

const canonical = (text) => `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`;

/** Headers as the body has them, whatever was sent. */
function repaired(headers, target, message) {
  if (!message?.params) return headers;
  headers['mcp-protocol-version'] = message.params._meta?.[`${meta}protocolVersion`] ?? headers['mcp-protocol-version'];
  headers['mcp-method'] = message.method;
  const name = message.params.name ?? message.params.uri ?? message.params.taskId;
  if (name !== undefined) headers['mcp-name'] = canonical(String(name));
  return headers;
}

/** Mcp-Param-* taken from the arguments of the tool that the suite uses, whatever was sent. */
function repairedParams(headers, target, message) {
  const sent = message?.params?.arguments ?? {};
  for (const name of Object.keys(headers).filter((header) => header.startsWith('mcp-param-'))) delete headers[name];
  for (const [name, value] of Object.entries(sent))
    if (typeof value === 'string') headers[`mcp-param-${name}`] = canonical(value);
  return headers;
}

function lenientParams(headers) {
  for (const [name, value] of Object.entries(headers)) {
    const text = name.startsWith('mcp-param-') ? lenientlyDecoded(value) : undefined;
    if (text !== undefined) headers[name] = canonical(text);
  }
  return headers;
}

export const modernMutants = {
  'modern-no-host-check': {
    scenario: 'dns-rebinding-protection',
    checks: ['localhost-host-rebinding-rejected'],
    proxy: {
      requestHeaders: (headers, target) => {
        delete headers.origin;
        return { ...headers, host: target.host };
      },
    },
  },
  'unknown-resource-is-empty': {
    scenario: 'sep-2164-resource-not-found',
    checks: ['sep-2164-no-empty-contents', 'sep-2164-error-code'],
    proxy: {
      message: (message, method) =>
        method === 'resources/read' && message.error
          ? { jsonrpc: '2.0', id: message.id, result: { resultType: 'complete', ttlMs: 0, cacheScope: 'private', contents: [] } }
          : message,
    },
  },
  'unknown-resource-unnamed': {
    scenario: 'sep-2164-resource-not-found',
    checks: ['sep-2164-data-uri'],
    proxy: error(-32602, (wrong) => delete wrong.data),
  },
  'no-cache-hints': {
    scenario: 'caching',
    checks: [
      ...['tools-list', 'prompts-list', 'resources-list', 'resources-templates-list', 'resources-read'].map(
        (list) => `sep-2549-${list}-caching-hints`,
      ),
      'wire-schema-valid',
    ],
    proxy: {
      message: (message) => {
        delete message.result?.ttlMs;
        delete message.result?.cacheScope;
        return message;
      },
    },
  },
  'modern-schema-stripped': {
    scenario: 'json-schema-2020-12',
    checks: ['composition', 'conditional', 'anchor'].map((what) => `sep-2106-${what}-${what === 'anchor' ? 'keyword' : 'keywords'}-preserved`),
    proxy: result('tools/list', ({ tools }) => {
      for (const tool of tools) tool.inputSchema = { type: 'object', properties: tool.inputSchema.properties ?? {} };
    }),
  },
  'list-in-another-order': {
    scenario: 'tools-list',
    checks: ['tools-list-deterministic-order'],
    proxy: result('tools/list', ({ tools }) => tools.sort(() => Math.random() - 0.5)),
  },
  'modern-progress-after-result': {
    scenario: 'tools-call-with-progress',
    checks: ['tools-call-with-progress'],
    proxy: {
      event: (block) => (isProgress(block) ? 'later' : block),
      afterEvents: writeLate,
    },
  },

  // -- multi round-trip requests ------------------------------------------------------------------------
  'no-result-type-on-input-required': {
    scenario: 'input-required-result-result-type',
    checks: ['sep-2322-result-type-included'],
    proxy: result('tools/call', (what) => delete what.resultType),
  },
  'lists-require-input': {
    scenario: 'input-required-result-unsupported-methods',
    checks: ['sep-2322-not-on-unsupported-requests'],
    proxy: result('tools/list', (what) => (what.resultType = 'input_required')),
  },
  'request-state-not-verified': {
    scenario: 'input-required-result-tampered-state',
    checks: ['sep-2322-reject-tampered-state'],
    proxy: {
      requestMessage: (message) => {
        const state = message.params?.requestState;
        if (typeof state === 'string') message.params.requestState = state.replace(/-TAMPERED$/, '');
        return message;
      },
    },
  },
  'undeclared-input-is-asked': {
    scenario: 'input-required-result-capability-check',
    checks: ['sep-2322-respect-client-capabilities'],
    proxy: {
      requestMessage: (message) => {
        if (message.method === 'tools/call') message.params._meta[`${meta}clientCapabilities`].elicitation = {};
        return message;
      },
    },
  },
  'request-state-stays-the-same': {
    scenario: 'input-required-result-multi-round',
    checks: ['sep-2322-multi-round-r2'],
    proxy: result('tools/call', (what) => {
      if (what.requestState) what.requestState = 'always the same';
    }),
  },
  'missing-answer-is-an-error': {
    scenario: 'input-required-result-missing-input-response',
    checks: ['sep-2322-missing-response-rerequests'],
    proxy: {
      message: (message, method, asked) =>
        asked.params?.inputResponses
          ? { jsonrpc: '2.0', id: message.id, error: { code: -32602, message: 'an answer is missing' } }
          : message,
    },
  },

  // -- server-stateless -----------------------------------------------------------------------------------
  'wrong-meta-is-200': {
    scenario: 'server-stateless',
    checks: ['sep-2575-http-server-meta-invalid-400'],
    proxy: status(-32602, 200),
  },
  'unsupported-version-is-200': {
    scenario: 'server-stateless',
    checks: ['sep-2575-http-server-unsupported-version-400'],
    proxy: status(-32022, 200),
  },
  'header-mismatch-is-200': {
    scenario: 'server-stateless',
    checks: ['sep-2575-http-server-header-mismatch-400'],
    proxy: status(-32020, 200),
  },
  'missing-capability-is-200': {
    scenario: 'server-stateless',
    checks: ['sep-2575-missing-capability-http-400'],
    proxy: status(-32021, 200),
  },
  'unknown-method-is-200': {
    scenario: 'server-stateless',
    checks: ['sep-2575-http-server-method-not-found-404'],
    proxy: status(-32601, 200),
  },
  'requested-version-not-told': {
    scenario: 'server-stateless',
    checks: ['sep-2575-server-unsupported-version-error'],
    proxy: error(-32022, (wrong) => delete wrong.data.requested),
  },
  'ping-is-served': {
    scenario: 'server-stateless',
    checks: ['sep-2575-http-server-method-not-found-404-ping'],
    proxy: {
      message: (message, method) =>
        method === 'ping' ? { jsonrpc: '2.0', id: message.id, result: { resultType: 'complete' } } : message,
      status: (was, message, method) => (method === 'ping' ? 200 : was),
    },
  },
  'required-capabilities-as-array': {
    scenario: 'server-stateless',
    checks: ['sep-2575-server-rejects-undeclared-capability'],
    proxy: error(-32021, (wrong) => (wrong.data.requiredCapabilities = Object.keys(wrong.data.requiredCapabilities))),
  },
  'error-with-another-id': {
    scenario: 'server-stateless',
    checks: ['sep-2575-http-server-error-jsonrpc-id'],
    proxy: error(-32602, (wrong, message) => (message.id = 'another')),
  },
  'server-unnamed': {
    scenario: 'server-stateless',
    checks: ['sep-2575-server-identifies-in-result-meta'],
    proxy: result('server/discover', (what) => delete what._meta[`${meta}serverInfo`]),
  },
  'no-acknowledgement': {
    scenario: 'server-stateless',
    checks: ['sep-2575-server-sends-subscription-ack'],
    proxy: events('subscriptions/listen', (note) => (note.method.endsWith('/acknowledged') ? null : note)),
  },
  'no-subscription-id': {
    scenario: 'server-stateless',
    checks: ['sep-2575-server-tags-subscription-id'],
    proxy: events('subscriptions/listen', (note) => {
      delete note.params._meta[`${meta}subscriptionId`];
      return note;
    }),
  },
  'filter-leaks': {
    scenario: 'server-stateless',
    checks: ['sep-2575-server-honors-notification-filter'],
    proxy: {
      requestMessage: (message) => {
        if (message.method === 'subscriptions/listen') message.params.notifications.toolsListChanged = true;
        return message;
      },
    },
  },
  'changes-not-told': {
    scenario: 'server-stateless',
    checks: [
      'sep-2575-server-sends-tools-list-changed-on-subscription',
      'sep-2575-server-sends-prompts-list-changed-on-subscription',
    ],
    proxy: events('subscriptions/listen', (note) => (note.method.endsWith('/list_changed') ? null : note)),
  },
  'logs-nobody-asked-for': {
    scenario: 'server-stateless',
    checks: ['sep-2575-server-no-log-without-loglevel'],
    proxy: {
      requestMessage: (message) => {
        if (message.method === 'tools/call') message.params._meta[`${meta}logLevel`] = 'debug';
        return message;
      },
    },
  },
  'request-on-a-stream': {
    scenario: 'server-stateless',
    checks: ['sep-2575-http-server-no-independent-requests-on-stream'],
    proxy: {
      message: (message, method, asked) =>
        asked?.params?.name === 'test_streaming_elicitation'
          ? [{ jsonrpc: '2.0', id: 1, method: 'elicitation/create', params: { message: 'Name?' } }, message]
          : message,
    },
  },

  // -- tasks ------------------------------------------------------------------------------------------------
  'tool-error-fails-its-task': {
    scenario: 'tasks-lifecycle',
    checks: ['sep-2663-tool-error-uses-completed-status'],
    proxy: result('tasks/get', (task) => {
      if (!task.result?.isError) return;
      delete task.result;
      Object.assign(task, { status: 'failed', error: { code: -32603, message: 'the tool failed' } });
    }),
  },
  'nested-task': {
    scenario: 'tasks-lifecycle',
    checks: ['sep-2663-result-type-task-on-create'],
    proxy: result('tools/call', (created) => {
      if (created.resultType !== 'task') return;
      const { resultType, ...task } = created;
      for (const name of Object.keys(task)) delete created[name];
      Object.assign(created, { resultType, task });
    }),
  },
  'tasks-for-those-who-declare-nothing': {
    scenario: 'tasks-capability-negotiation',
    checks: ['sep-2663-tasks-methods-non-declaring'],
    proxy: {
      requestMessage: (message) => {
        if (/^tasks\/(get|update|cancel)$/.test(message.method))
          message.params._meta[`${meta}clientCapabilities`].extensions = { [`${meta}tasks`]: {} };
        return message;
      },
    },
  },

  // -- headers ----------------------------------------------------------------------------------------------
  'headers-not-checked': {
    scenario: 'http-header-validation',
    checks: ['sep-2243-server-reject-invalid-headers'],
    proxy: { requestHeaders: repaired },
  },
  'header-error-with-another-code': {
    scenario: 'http-header-validation',
    checks: ['sep-2243-server-reject-error-code'],
    proxy: error(-32020, (wrong) => (wrong.code = -32600)),
  },
  'header-parameters-not-checked': {
    scenario: 'http-custom-header-server-validation',
    checks: ['sep-2243-server-validate-param-match'],
    proxy: { requestHeaders: repairedParams },
  },
  'lenient-base64': {
    scenario: 'http-custom-header-server-validation',
    checks: ['sep-2243-server-reject-invalid-param-chars'],
    proxy: { requestHeaders: lenientParams },
  },
};
