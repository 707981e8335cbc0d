// The transport of 2024-11-05, which many deployed clients still use.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { daily } from './daily.mjs';
import { connectOver, startServer } from './server.mjs';

let server;
before(async () => (server = await startServer({ listen: { io_threads: 2 } })));
after(() => server.stop());

const connect = (options) => connectOver(new SSEClientTransport(new URL('/sse', server.url)), options);

daily('sse', connect);

test('sse: a clean end on either side', async () => {
  const { client } = await connect();
  await client.ping();
  await client.close();
  const other = await startServer();
  const left = await connectOver(new SSEClientTransport(new URL('/sse', other.url)));
  const gone = new Promise((resolve) => (left.client.onerror = resolve));
  await other.stop();
  await gone; // the SDK tells the end of its stream as an error, and tries again
  await left.client.close();
  assert.equal(server.url.pathname, '/mcp');
});
