// The official SDK's newer client in its three modes: sessions only, whatever the server offers, and pinned to 2026-07-28.
// The same handlers serve all of them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connectModern, modern, modes } from './modern.mjs';
import { isCluster, startServer, textOf, until } from './server.mjs';

let server;
before(async () => (server = await startServer({ listen: { io_threads: 2 } })));
after(() => server.stop());

const sample = { role: 'assistant', content: { type: 'text', text: 'sampled' }, model: 'none' };
const person = {
  capabilities: { sampling: {}, elicitation: {}, roots: {} },
  handlers: {
    'elicitation/create': () => ({ action: 'accept', content: { name: 'Ada' } }),
    'sampling/createMessage': () => sample,
    'roots/list': () => ({ roots: [{ uri: 'file:///a' }] }),
  },
};

for (const mode of Object.keys(modes)) {
  const isModern = mode !== 'legacy';

  test(`${mode}: speaks the era that was to be chosen`, async () => {
    const { client, wire, sent } = await connectModern(server.url, mode);
    await client.listTools();
    assert.equal(client.getNegotiatedProtocolVersion() === modern, isModern);
    assert.equal(wire.sessionId === undefined, isModern);
    assert.equal(sent.some(({ body }) => body?.method === 'initialize'), !isModern);
    assert.equal(sent.at(-1).headers.get('mcp-protocol-version') === modern, isModern);
    assert.equal(client.getServerVersion().name, 'troupe');
    await client.close();
  });

  test(`${mode}: lists, reads, gets, completes and calls`, async () => {
    const { client, text } = await connectModern(server.url, mode);
    const { tools } = await client.listTools();
    assert.ok(tools.some((tool) => tool.name === 'echo_arguments'));
    assert.ok((await client.listPrompts()).prompts.some((prompt) => prompt.name === 'greet'));
    assert.ok((await client.listResources()).resources.some((resource) => resource.uri === 'test://counter'));
    assert.equal((await client.listResourceTemplates()).resourceTemplates[0].uriTemplate, 'test://items/{id}');
    assert.equal((await client.readResource({ uri: 'test://items/7' })).contents[0].text, 'item 7');
    const prompt = await client.getPrompt({ name: 'greet', arguments: { name: 'Grüße 日本' } });
    assert.equal(prompt.messages[0].content.text, 'Hello Grüße 日本');
    const ref = { type: 'ref/prompt', name: 'greet' };
    const { completion } = await client.complete({ ref, argument: { name: 'name', value: 'name14' } });
    assert.deepEqual(completion.values.slice(0, 2), ['name14', 'name140']);
    assert.deepEqual(JSON.parse(await text('echo_arguments', { a: 'ü' })), { a: 'ü' });
    assert.deepEqual((await client.callTool({ name: 'structured', arguments: {} })).structuredContent, { sum: 3 });
    await client.close();
  });

  test(`${mode}: errors arrive as such`, async () => {
    const { client } = await connectModern(server.url, mode);
    await assert.rejects(client.callTool({ name: 'no such tool', arguments: {} }), (error) => error.code === -32602);
    await assert.rejects(client.callTool({ name: 'Grüße', arguments: {} }), (error) => error.code === -32602);
    await assert.rejects(client.readResource({ uri: 'test://nothing' }), (error) => error.data.uri === 'test://nothing');
    await assert.rejects(client.callTool({ name: 'throw_exception', arguments: {} }), (error) => error.code === -32603);
    await client.close();
  });

  test(`${mode}: hears of progress`, async () => {
    const { client } = await connectModern(server.url, mode);
    const heard = [];
    await client.callTool({ name: 'steps', arguments: { count: 4 } }, { onprogress: (note) => heard.push(note.progress) });
    assert.deepEqual(heard, [1, 2, 3, 4]);
    await client.close();
  });

  test(`${mode}: one handler gets what it asks for, without a word in the call`, async () => {
    const { client, text, sent } = await connectModern(server.url, mode, person);
    const form = { action: 'accept', content: { name: 'Ada' } };
    assert.deepEqual(JSON.parse(await text('ask', { what: 'form' })).form, form);
    assert.deepEqual(JSON.parse(await text('ask', { what: 'sampling' })).sampling, sample);
    assert.deepEqual(JSON.parse(await text('ask', { what: 'roots' })).roots, { roots: [{ uri: 'file:///a' }] });
    assert.deepEqual(Object.keys(JSON.parse(await text('ask', { what: 'two' }))).sort(), ['form', 'sampling', 'state']);
    assert.equal(await text('ask_thrice'), `${JSON.stringify(form)};`.repeat(3));
    assert.equal(await text('ask_actor', { what: 'form' }), await text('ask_inline', { what: 'form' }));
    const prompt = await client.getPrompt({ name: 'ask_prompt', arguments: { topic: 'x' } });
    assert.deepEqual(JSON.parse(prompt.messages[0].content.text), form);
    assert.deepEqual(JSON.parse((await client.readResource({ uri: 'test://ask' })).contents[0].text), form);
    assert.equal(sent.some(({ body }) => body?.params?.requestState !== undefined), isModern);
    await client.close();
  });

  test(`${mode}: a client that cannot answer is told what it lacks`, async () => {
    const { client } = await connectModern(server.url, mode);
    const call = client.callTool({ name: 'ask', arguments: { what: 'form' } });
    if (isModern) await assert.rejects(call, (error) => error.code === -32021);
    else assert.equal((await call).isError, true);
    await client.close();
  });

  test(`${mode}: header parameters carry any text`, async () => {
    const { client, text, sent } = await connectModern(server.url, mode);
    await client.listTools();
    const args = { region: 'Grüße, 日本 ', level: -7, deep: { urgent: true }, text: 'not in a header' };
    assert.deepEqual(JSON.parse(await text('echo_header', args)), args);
    const { headers } = sent.at(-1);
    assert.equal(headers.get('mcp-param-region'), isModern ? '=?base64?R3LDvMOfZSwg5pel5pysIA==?=' : null);
    assert.equal(headers.get('mcp-param-level'), isModern ? '-7' : null);
    assert.equal(headers.get('mcp-param-urgent'), isModern ? 'true' : null);
    assert.deepEqual(JSON.parse(await text('echo_header', { region: 'plain' })), { region: 'plain' });
    assert.deepEqual(JSON.parse(await text('echo_header', {})), {});
    await client.close();
  });

  test(`${mode}: an aborted call is cancelled`, async () => {
    const { client, text } = await connectModern(server.url, mode);
    const stop = new AbortController();
    const key = `npm-abort-${mode}`;
    const call = client.callTool({ name: 'wait', arguments: { key } }, { signal: stop.signal });
    await until(async () => (await text('waiting')).includes(key), 'the call waits');
    stop.abort('enough');
    await assert.rejects(call);
    await until(async () => (await text('cancelled')).includes(key), 'the handler was told');
    await client.close();
  });

  test(`${mode}: many calls at once keep their answers`, async () => {
    const { client } = await connectModern(server.url, mode);
    const tools = ['echo_arguments', 'echo_inline', 'echo_blocking'];
    // Groups below the 64 calls that one session may have in flight, however slowly the server gets to them.
    for (let first = 0; first < 200; first += 50)
      await Promise.all(Array.from({ length: 50 }, async (_, offset) => {
        const i = first + offset;
        const args = { call: i, text: 'x'.repeat(i * 37) };
        assert.deepEqual(JSON.parse(textOf(await client.callTool({ name: tools[i % 3], arguments: args }))), args);
      }));
    await client.close();
  });
}

for (const mode of ['auto', 'pinned']) {
  test(`${mode}: listens for lists and resources`, async () => {
    const { client, text } = await connectModern(server.url, mode);
    const heard = [];
    for (const what of ['tools', 'prompts', 'resources'])
      client.setNotificationHandler(`notifications/${what}/list_changed`, () => void heard.push(what));
    client.setNotificationHandler('notifications/resources/updated', (note) => void heard.push(note.params.uri));
    const wanted = { toolsListChanged: true, resourcesListChanged: true, resourceSubscriptions: ['test://counter'] };
    const stream = await client.listen(wanted);
    assert.deepEqual(stream.honoredFilter, wanted);
    await text('touch', { uri: 'test://counter' });
    await text('touch', { uri: 'test://other' });
    const names = { tool: `npm-${mode}`, prompt: `npm-${mode}`, resource: `npm://${mode}` };
    for (const [kind, name] of Object.entries(names)) assert.equal(await text('add', { kind, name }), 'added');
    for (const [kind, name] of Object.entries(names)) assert.equal(await text('remove', { kind, name }), 'removed');
    await text('touch', { uri: 'test://counter' });
    await until(() => heard.filter((what) => what === 'test://counter').length === 2 && heard.length >= 6, 'everything arrived');
    // In a cluster lists are changed on each node, and nothing orders what different nodes tell.
    if (isCluster) assert.deepEqual([...new Set(heard)].sort(), ['resources', 'test://counter', 'tools']);
    else assert.deepEqual(heard, ['test://counter', 'tools', 'resources', 'tools', 'resources', 'test://counter']);
    await stream.close();
    assert.equal(await stream.closed, 'local');
    await client.close();
  });

  test(`${mode}: the server's end is told in good order`, async () => {
    const other = await startServer();
    const { client } = await connectModern(other.url, mode);
    const stream = await client.listen({ toolsListChanged: true });
    await other.stop();
    assert.equal(await stream.closed, 'graceful');
    await client.close();
  });

  test(`${mode}: a changed list is fetched again by itself`, async () => {
    let names = [];
    const { client, text } = await connectModern(server.url, mode, {
      listChanged: { tools: { onChanged: (error, tools) => (names = error ? [] : tools.map((tool) => tool.name)) } },
    });
    await client.listTools();
    await text('add', { kind: 'tool', name: `npm-auto-${mode}` });
    await until(() => names.includes(`npm-auto-${mode}`), 'the new tool is known');
    await text('remove', { kind: 'tool', name: `npm-auto-${mode}` });
    await until(() => !names.includes(`npm-auto-${mode}`), 'and forgotten');
    await client.close();
  });
}
