// Clients of the newer SDK, which speaks both eras: whether and how it asks for the modern one is its mode.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { textBy } from './server.mjs';

export const modern = '2026-07-28';
export const modes = { legacy: 'legacy', auto: 'auto', pinned: { pin: modern } };

/** A client that is connected, and every request that it sent: `sent` holds {headers, body}. */
export async function connectModern(url, mode, { capabilities = {}, handlers = {}, listChanged } = {}) {
  const client = new Client(
    { name: 'troupe-npm-tests', version: '1' },
    { capabilities, listChanged, versionNegotiation: { mode: modes[mode] } },
  );
  for (const [method, handler] of Object.entries(handlers)) client.setRequestHandler(method, handler);
  const sent = [];
  const wire = new StreamableHTTPClientTransport(url, {
    fetch: (where, options) => {
      sent.push({ headers: new Headers(options.headers), body: options.body ? JSON.parse(options.body) : null });
      return fetch(where, options);
    },
  });
  await client.connect(wire);
  return { client, wire, sent, text: textBy(client) };
}
