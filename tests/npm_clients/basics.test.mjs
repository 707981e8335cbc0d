// What a client does every day: initialise, list, call, read, watch, be asked, leave.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { connect, startServer, textOf, until } from './server.mjs';

let server;
before(async () => (server = await startServer()));
after(() => server.stop());

test('initialises, and learns what the server is and can', async () => {
  const { client, wire } = await connect(server.url);
  assert.equal(client.getServerVersion().name, 'troupe');
  assert.equal(wire.protocolVersion, '2025-11-25');
  assert.deepEqual(client.getServerCapabilities().resources, { subscribe: true, listChanged: true });
  assert.ok(wire.sessionId.length >= 22);
  await client.ping();
  await client.close();
});

test('lists, calls, reads, gets and completes', async () => {
  const { client, text } = await connect(server.url);
  const { tools } = await client.listTools();
  assert.ok(tools.some((tool) => tool.name === 'echo_arguments'));
  assert.equal(await text('echo_arguments', { a: [1, 'ü'] }), '{"a":[1,"ü"]}');
  const structured = await client.callTool({ name: 'structured', arguments: {} });
  assert.deepEqual(structured.structuredContent, { sum: 3 });
  assert.equal((await client.readResource({ uri: 'test://items/7' })).contents[0].text, 'item 7');
  assert.equal((await client.listResourceTemplates()).resourceTemplates[0].uriTemplate, 'test://items/{id}');
  const prompt = await client.getPrompt({ name: 'greet', arguments: { name: 'Ada' } });
  assert.equal(prompt.messages[0].content.text, 'Hello Ada');
  const { completion } = await client.complete({
    ref: { type: 'ref/prompt', name: 'greet' },
    argument: { name: 'name', value: 'name14' },
  });
  assert.equal(completion.values.length, 11);
  await client.close();
});

test('gets errors as errors', async () => {
  const { client } = await connect(server.url);
  await assert.rejects(client.readResource({ uri: 'test://no-such' }), { code: -32002 });
  await assert.rejects(client.getPrompt({ name: 'no-such' }), { code: -32602 });
  await client.ping();
  await client.close();
});

test('hears of progress while its call runs', async () => {
  const { client } = await connect(server.url);
  const heard = [];
  const result = await client.callTool({ name: 'steps', arguments: { count: 5 } }, undefined, {
    onprogress: (progress) => heard.push(progress.progress),
  });
  assert.equal(textOf(result), 'told');
  assert.deepEqual(heard, [1, 2, 3, 4, 5]);
  await client.close();
});

test('gets the log messages it asked for', async () => {
  const { client, text } = await connect(server.url);
  const heard = [];
  client.setNotificationHandler(LoggingMessageNotificationSchema, (note) => void heard.push(note.params.level));
  await client.setLoggingLevel('alert');
  assert.equal(await text('log_all_levels'), 'logged');
  assert.deepEqual(heard, ['alert', 'emergency']);
  await client.close();
});

test('is told when a resource it watches changes, and when a list does', async () => {
  const watcher = await connect(server.url);
  const changer = await connect(server.url);
  const heard = [];
  watcher.client.setNotificationHandler(ResourceUpdatedNotificationSchema, (note) => void heard.push(note.params.uri));
  watcher.client.setNotificationHandler(ToolListChangedNotificationSchema, () => void heard.push('tools'));
  await watcher.client.subscribeResource({ uri: 'test://counter' });
  // The SDK opens its standalone stream in the background.
  await until(async () => {
    await changer.text('touch', { uri: 'test://counter' });
    return heard.length > 0;
  }, 'the first update arrived');
  assert.ok(heard.every((uri) => uri === 'test://counter'));
  await changer.text('add', { kind: 'tool', name: 'npm-added' });
  await until(() => heard.includes('tools'), 'the change of the list arrived');
  await changer.text('remove', { kind: 'tool', name: 'npm-added' });
  await watcher.client.unsubscribeResource({ uri: 'test://counter' });
  await Promise.all([watcher.client.close(), changer.client.close()]);
});

test('answers when it is asked for input, a sample and its roots', async () => {
  const sample = { role: 'assistant', content: { type: 'text', text: 'sampled' }, model: 'none' };
  const { client, text } = await connect(server.url, {
    capabilities: { sampling: {}, elicitation: {}, roots: {} },
    handlers: [
      [ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'Ada' } })],
      [CreateMessageRequestSchema, () => sample],
      [ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///a' }] })],
    ],
  });
  assert.deepEqual(JSON.parse(await text('ask', { what: 'form' })).form, { action: 'accept', content: { name: 'Ada' } });
  assert.deepEqual(JSON.parse(await text('ask', { what: 'sampling' })).sampling, sample);
  assert.deepEqual(JSON.parse(await text('ask', { what: 'roots' })).roots, { roots: [{ uri: 'file:///a' }] });
  const both = JSON.parse(await text('ask', { what: 'two' }));
  assert.deepEqual(Object.keys(both).sort(), ['form', 'sampling', 'state']);
  await client.close();
});

test('cancels a call', async () => {
  const { client, text } = await connect(server.url);
  const stop = new AbortController();
  const call = client.callTool({ name: 'wait', arguments: { key: 'npm-cancel' } }, undefined, { signal: stop.signal });
  await until(async () => (await text('waiting')).includes('npm-cancel'), 'the call waits');
  stop.abort('enough');
  await assert.rejects(call);
  await until(async () => (await text('cancelled')).includes('npm-cancel'), 'the handler was told');
  await client.close();
});

test('ends its session, which is then gone', async () => {
  const { client, wire } = await connect(server.url);
  const id = wire.sessionId;
  await wire.terminateSession();
  await client.close();
  const again = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-session-id': id },
    body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
  });
  assert.equal(again.status, 404);
});
