// WebSocket: the SDK's own client does what clients do every day, and `ws` is a peer that is not ours.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';
import { ElicitRequestSchema, ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { WebSocket } from 'ws';
import { startServer, textBy, textOf, until } from './server.mjs';

let server, packed;
before(async () => {
  server = await startServer();
  packed = await startServer({ websocket: { compression: true, compression_from_bytes: 100 } });
});
after(() => Promise.all([server.stop(), packed.stop()]));

const address = (of) => {
  const url = new URL(of.url);
  url.protocol = 'ws:';
  return url;
};

async function connect({ capabilities = {}, handlers = [] } = {}) {
  const client = new Client({ name: 'troupe-npm-tests', version: '1' }, { capabilities });
  for (const [schema, handler] of handlers) client.setRequestHandler(schema, handler);
  await client.connect(new WebSocketClientTransport(address(server)));
  return { client, text: textBy(client) };
}

test('the SDK connects, lists, calls, and ends cleanly', async () => {
  const { client, text } = await connect();
  assert.equal(client.getServerVersion().name, 'troupe');
  assert.ok((await client.listTools()).tools.some((tool) => tool.name === 'echo_arguments'));
  assert.equal(await text('echo_arguments', { a: [1, 'ü'] }), '{"a":[1,"ü"]}');
  assert.equal((await client.readResource({ uri: 'test://items/7' })).contents[0].text, 'item 7');
  await assert.rejects(client.getPrompt({ name: 'no-such' }), { code: -32602 });
  const closed = new Promise((resolve) => (client.onclose = resolve));
  await client.close();
  await closed;
});

test('the SDK hears of progress and of what it watches', async () => {
  const { client, text } = await connect();
  // The SDK calls `onprogress` a moment later, and not any more if the answer came with the same read.
  const messages = [];
  const { onmessage } = client.transport;
  client.transport.onmessage = (message) => (messages.push(message), onmessage(message));
  const heard = [];
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, (note) => void heard.push(note.params.uri));
  const result = await client.callTool({ name: 'steps', arguments: { count: 5 } }, undefined, { onprogress: () => {} });
  assert.equal(textOf(result), 'told');
  assert.deepEqual(messages.map((message) => message.params?.progress ?? message.result?.content[0].text), [1, 2, 3, 4, 5, 'told']);
  await client.subscribeResource({ uri: 'test://counter' });
  await text('touch', { uri: 'test://counter' });
  await until(() => heard.length > 0, 'the update arrived');
  assert.deepEqual(heard, ['test://counter']);
  await client.close();
});

test('the SDK is asked for input, and cancels', async () => {
  const { client, text } = await connect({
    capabilities: { elicitation: {} },
    handlers: [[ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'Ada' } })]],
  });
  assert.deepEqual(JSON.parse(await text('ask', { what: 'form' })).form, { action: 'accept', content: { name: 'Ada' } });
  const stop = new AbortController();
  const call = client.callTool({ name: 'wait', arguments: { key: 'npm-websocket' } }, undefined, { signal: stop.signal });
  await until(async () => (await text('waiting')).includes('npm-websocket'), 'the call waits');
  stop.abort('enough');
  await assert.rejects(call);
  await until(async () => (await text('cancelled')).includes('npm-websocket'), 'the handler was told');
  await client.close();
});

const modern = (id, text) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: {
      name: 'echo_arguments',
      arguments: { text },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  });

async function open(of, options) {
  const socket = new WebSocket(address(of), 'mcp', options);
  await once(socket, 'open');
  return socket;
}

async function echo(socket, id, text) {
  socket.send(modern(id, text));
  const [data, isBinary] = await once(socket, 'message');
  assert.equal(isBinary, false);
  const message = JSON.parse(data);
  assert.equal(message.id, id);
  assert.deepEqual(JSON.parse(textOf(message.result)), { text });
}

test('ws exchanges messages of all sizes, and closes', async () => {
  const socket = await open(server);
  assert.equal(socket.protocol, 'mcp');
  assert.equal(socket.extensions, '', 'compression is offered, and off');
  for (const size of [0, 1, 100, 65536, 1_000_000]) await echo(socket, size, 'ü'.repeat(size));
  socket.ping('there?');
  assert.equal(String((await once(socket, 'pong'))[0]), 'there?');
  socket.close(1000, 'done');
  assert.equal((await once(socket, 'close'))[0], 1000);
});

test('ws and the server compress where both want to', async () => {
  for (const windows of [{}, { serverMaxWindowBits: 10 }, { clientMaxWindowBits: 9 }, { serverMaxWindowBits: 9, clientMaxWindowBits: 10 }]) {
    const socket = await open(packed, { perMessageDeflate: { threshold: 0, ...windows } });
    assert.match(socket.extensions, /permessage-deflate/);
    for (const size of [0, 50, 1000, 100_000]) {
      await echo(socket, size, 'ü'.repeat(size));
      await echo(socket, size + 1, Array.from({ length: size }, (_, i) => (i * 7919) % 10).join(''));
    }
    socket.close();
    assert.equal((await once(socket, 'close'))[0], 1000 /* we answer a close without a code so */);
  }
});

test('ws is told why it is refused', async () => {
  const socket = await open(server);
  socket.send(Buffer.from('binary'));
  assert.equal((await once(socket, 'close'))[0], 1003);
  const other = new WebSocket(address(server), 'chat');
  const [, response] = await once(other, 'unexpected-response');
  assert.equal(response.statusCode, 400);
  other.on('error', () => {});
  other.terminate();
});
