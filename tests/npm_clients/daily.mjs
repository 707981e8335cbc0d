// What a client does every day, the same over every transport that the SDK has.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { textOf, until } from './server.mjs';

/** Registers the tests. `connect(options)` gives `{ client, text }`, both clients of one server. */
export function daily(transport, connect) {
  test(`${transport}: lists, calls, reads, gets and completes`, async () => {
    const { client, text } = await connect();
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

  test(`${transport}: gets errors as errors`, async () => {
    const { client } = await connect();
    await assert.rejects(client.readResource({ uri: 'test://no-such' }), { code: -32002 });
    await assert.rejects(client.getPrompt({ name: 'no-such' }), { code: -32602 });
    await client.ping();
    await client.close();
  });

  // Step by step: the SDK forgets who wants to hear as soon as it has read the answer, and reads all
  // messages of one chunk before it passes on the first notification.
  test(`${transport}: hears of progress while its call runs`, async () => {
    const { client } = await connect();
    const { client: other, text } = await connect();
    const heard = [];
    const key = `npm-progress-${transport}`;
    const call = client.callTool({ name: 'wait', arguments: { key } }, undefined, {
      onprogress: (note) => heard.push(note.progress),
    });
    await until(async () => (await text('waiting')).includes(key), 'the call waits');
    for (let step = 1; step <= 5; step++) {
      await text('tell_step', { key });
      await until(() => heard.length === step, 'a step was heard');
    }
    await text('open', { key, text: 'done' });
    assert.equal(textOf(await call), 'done');
    assert.deepEqual(heard, [1, 2, 3, 4, 5]);
    await Promise.all([client.close(), other.close()]);
  });

  test(`${transport}: gets the log messages it asked for`, async () => {
    const { client, text } = await connect();
    const heard = [];
    client.setNotificationHandler(LoggingMessageNotificationSchema, (note) => void heard.push(note.params.level));
    await client.setLoggingLevel('alert');
    assert.equal(await text('log_all_levels'), 'logged');
    await until(() => heard.length === 2, 'both messages were heard');
    assert.deepEqual(heard, ['alert', 'emergency']);
    await client.close();
  });

  test(`${transport}: is told when a resource it watches changes, and when a list does`, async () => {
    const watcher = await connect();
    const changer = await connect();
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

  test(`${transport}: answers when it is asked for input, a sample and its roots`, async () => {
    const sample = { role: 'assistant', content: { type: 'text', text: 'sampled' }, model: 'none' };
    const { client, text } = await connect({
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

  test(`${transport}: cancels a call`, async () => {
    const { client, text } = await connect();
    const stop = new AbortController();
    const call = client.callTool({ name: 'wait', arguments: { key: 'npm-cancel' } }, undefined, { signal: stop.signal });
    await until(async () => (await text('waiting')).includes('npm-cancel'), 'the call waits');
    stop.abort('enough');
    await assert.rejects(call);
    await until(async () => (await text('cancelled')).includes('npm-cancel'), 'the handler was told');
    await client.close();
  });
}
