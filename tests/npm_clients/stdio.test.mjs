// Both SDKs start the server themselves and speak with it over standard input and output.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client as NewClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as NewStdio } from '@modelcontextprotocol/client/stdio';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CreateMessageRequestSchema, ElicitRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { modern, modes } from './modern.mjs';
import { connectOver, textOf, until } from './server.mjs';

const command = process.env.TROUPE_TEST_SERVER;
const start = (Stdio) => new Stdio({ command, args: ['--stdio'], stderr: 'ignore' });

/** Closes the client; the server must have ended by itself then. */
async function end(client, wire) {
  const { pid } = wire;
  await client.close();
  assert.throws(() => process.kill(pid, 0));
}

const sample = { role: 'assistant', content: { type: 'text', text: 'sampled' }, model: 'none' };
const form = { action: 'accept', content: { name: 'Ada' } };

test('sdk: connects, lists, calls and ends', async () => {
  const { client, wire, text } = await connectOver(start(StdioClientTransport));
  assert.equal(client.getServerVersion().name, 'troupe');
  await client.ping();
  assert.ok((await client.listTools()).tools.some((tool) => tool.name === 'echo_arguments'));
  assert.equal(await text('echo_arguments', { a: [1, 'Grüße 日本'] }), '{"a":[1,"Grüße 日本"]}');
  await assert.rejects(client.readResource({ uri: 'test://no-such' }), { code: -32002 });
  const before = Date.now();
  await end(client, wire);
  assert.ok(Date.now() - before < 1500, 'it ended by itself');
});

/** Step by step: the SDK reads all messages of one chunk before it passes on the first notification. */
async function hearProgress(call, text, heard) {
  await until(async () => (await text('waiting')).includes('k'), 'the call waits');
  for (let step = 1; step <= 3; step++) {
    await text('tell_step', { key: 'k' });
    await until(() => heard.length === step, 'a step was heard');
  }
  await text('open', { key: 'k', text: 'done' });
  assert.equal(textOf(await call), 'done');
  assert.deepEqual(heard, [1, 2, 3]);
}

test('sdk: hears of progress', async () => {
  const { client, wire, text } = await connectOver(start(StdioClientTransport));
  const heard = [];
  const call = client.callTool({ name: 'wait', arguments: { key: 'k' } }, undefined, {
    onprogress: (note) => heard.push(note.progress),
  });
  await hearProgress(call, text, heard);
  await end(client, wire);
});

test('sdk: is asked by handlers, and told of changes', async () => {
  const { client, wire, text } = await connectOver(start(StdioClientTransport), {
    capabilities: { sampling: {}, elicitation: {} },
    handlers: [
      [CreateMessageRequestSchema, () => sample],
      [ElicitRequestSchema, () => form],
    ],
  });
  assert.deepEqual(JSON.parse(await text('ask', { what: 'form' })).form, form);
  assert.deepEqual(JSON.parse(await text('ask', { what: 'sampling' })).sampling, sample);
  let told = 0;
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void told++);
  assert.equal(await text('add', { kind: 'tool', name: 'npm-stdio' }), 'added');
  await until(() => told === 1, 'the change was told');
  await end(client, wire);
});

test('sdk: an aborted call is cancelled', async () => {
  const { client, wire, text } = await connectOver(start(StdioClientTransport));
  const stop = new AbortController();
  const call = client.callTool({ name: 'wait', arguments: { key: 'k' } }, undefined, { signal: stop.signal });
  await until(async () => (await text('waiting')).includes('k'), 'the call waits');
  stop.abort('enough');
  await assert.rejects(call);
  await until(async () => (await text('cancelled')).includes('k'), 'the handler was told');
  await end(client, wire);
});

async function connectNew(mode, { capabilities = {}, handlers = {} } = {}) {
  const client = new NewClient({ name: 'troupe-npm-tests', version: '1' }, { capabilities, versionNegotiation: { mode: modes[mode] } });
  for (const [method, handler] of Object.entries(handlers)) client.setRequestHandler(method, handler);
  const wire = start(NewStdio);
  await client.connect(wire);
  return { client, wire, text: async (name, args = {}) => textOf(await client.callTool({ name, arguments: args })) };
}

for (const mode of Object.keys(modes)) {
  const isModern = mode !== 'legacy';

  test(`${mode}: connects, lists, calls and ends`, async () => {
    const { client, wire, text } = await connectNew(mode);
    assert.equal(client.getNegotiatedProtocolVersion() === modern, isModern);
    assert.equal(client.getServerVersion().name, 'troupe');
    assert.ok((await client.listTools()).tools.some((tool) => tool.name === 'echo_arguments'));
    assert.deepEqual(JSON.parse(await text('echo_arguments', { a: 'ü' })), { a: 'ü' });
    await assert.rejects(client.callTool({ name: 'no such tool', arguments: {} }), (error) => error.code === -32602);
    await end(client, wire);
  });

  test(`${mode}: hears of progress`, async () => {
    const { client, wire, text } = await connectNew(mode);
    const heard = [];
    const call = client.callTool({ name: 'wait', arguments: { key: 'k' } }, { onprogress: (note) => heard.push(note.progress) });
    await hearProgress(call, text, heard);
    await end(client, wire);
  });

  test(`${mode}: one handler gets what it asks for`, async () => {
    const { client, wire, text } = await connectNew(mode, {
      capabilities: { sampling: {}, elicitation: {} },
      handlers: { 'elicitation/create': () => form, 'sampling/createMessage': () => sample },
    });
    assert.deepEqual(JSON.parse(await text('ask', { what: 'form' })).form, form);
    assert.deepEqual(Object.keys(JSON.parse(await text('ask', { what: 'two' }))).sort(), ['form', 'sampling', 'state']);
    await end(client, wire);
  });

  test(`${mode}: many calls at once keep their answers`, async () => {
    const { client, wire } = await connectNew(mode);
    await Promise.all(Array.from({ length: 50 }, async (_, i) => {
      const args = { call: i, text: 'x'.repeat(i * 997) };
      assert.deepEqual(JSON.parse(textOf(await client.callTool({ name: 'echo_arguments', arguments: args }))), args);
    }));
    await end(client, wire);
  });

  test(`${mode}: an aborted call is cancelled`, async () => {
    const { client, wire, text } = await connectNew(mode);
    const stop = new AbortController();
    const call = client.callTool({ name: 'wait', arguments: { key: 'k' } }, { signal: stop.signal });
    await until(async () => (await text('waiting')).includes('k'), 'the call waits');
    stop.abort('enough');
    await assert.rejects(call);
    await until(async () => (await text('cancelled')).includes('k'), 'the handler was told');
    await end(client, wire);
  });
}

for (const mode of ['auto', 'pinned'])
  test(`${mode}: listens`, async () => {
    const { client, wire, text } = await connectNew(mode);
    const heard = [];
    client.setNotificationHandler('notifications/resources/updated', (note) => void heard.push(note.params.uri));
    const stream = await client.listen({ resourceSubscriptions: ['test://counter'] });
    await text('touch', { uri: 'test://counter' });
    await text('touch', { uri: 'test://other' });
    await until(() => heard.length === 1, 'the change was told');
    await stream.close();
    await text('touch', { uri: 'test://counter' });
    assert.deepEqual(heard, ['test://counter']);
    await end(client, wire);
  });
