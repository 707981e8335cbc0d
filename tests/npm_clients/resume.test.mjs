// A client whose connections are cut comes back by itself, with Last-Event-ID, and misses nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { connect, startProxy, startServer, textOf, until } from './server.mjs';

const impatient = {
  reconnectionOptions: {
    initialReconnectionDelay: 20,
    maxReconnectionDelay: 200,
    reconnectionDelayGrowFactor: 1.5,
    maxRetries: 20,
  },
};

let server;
before(async () => (server = await startServer({ streams: { stream_after_ms: 20, retry_ms: 20 } })));
after(() => server.stop());

test('gets the answer of a call whose connection was cut while it ran', async () => {
  const proxy = await startProxy(server.url);
  const { client } = await connect(proxy.url, { transport: impatient });
  const other = await connect(server.url);
  for (const round of [1, 2, 3]) {
    const key = `npm-cut-${round}`;
    const tokens = [];
    const call = client.callTool({ name: 'wait', arguments: { key } }, undefined, {
      onresumptiontoken: (token) => tokens.push(token),
    });
    await until(() => tokens.length > 0, 'the stream of the call has begun');
    proxy.cut();
    assert.equal(await other.text('open', { key, text: `answer ${round}` }), '1');
    assert.equal(textOf(await call), `answer ${round}`);
  }
  await Promise.all([client.close(), other.client.close()]);
  await proxy.stop();
});

test('gets the notifications that were sent while it was away', async () => {
  const proxy = await startProxy(server.url);
  const { client } = await connect(proxy.url, { transport: impatient });
  const other = await connect(server.url);
  let heard = 0;
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, () => void heard++);
  await client.subscribeResource({ uri: 'test://counter' });
  let sent = 0;
  const touch = async () => {
    await other.text('touch', { uri: 'test://counter' });
    sent++;
  };
  await until(async () => {
    await touch();
    return heard > 0;
  }, 'the standalone stream is open');
  const missed = sent - heard; // those sent before the stream was open
  for (let round = 0; round < 5; round++) {
    proxy.cut();
    for (let i = 0; i < 4; i++) await touch();
  }
  await until(() => heard >= sent - missed, 'every notification arrived');
  assert.ok(heard <= sent, 'and none twice');
  await Promise.all([client.close(), other.client.close()]);
  await proxy.stop();
});

test('finishes a handler that closed the connection itself', async () => {
  const { client, text } = await connect(server.url, { transport: impatient });
  const call = client.callTool({ name: 'wait_detached', arguments: { key: 'npm-detached' } });
  await until(async () => (await text('waiting')).includes('npm-detached'), 'the call waits');
  assert.equal(await text('open', { key: 'npm-detached', text: 'later' }), '1');
  assert.equal(textOf(await call), 'later');
  await client.close();
});
