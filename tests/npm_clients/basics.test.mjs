// Streamable HTTP: what a client does every day, and what only this transport has.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { daily } from './daily.mjs';
import { connect, startServer } from './server.mjs';

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

daily('http', (options) => connect(server.url, options));

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
