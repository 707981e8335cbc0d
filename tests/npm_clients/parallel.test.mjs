// Clients number their requests alike; none may ever get the answer of another.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connect, startServer, textOf, until } from './server.mjs';

let server;
before(async () => (server = await startServer({ listen: { io_threads: 2 } })));
after(() => server.stop());

const tools = ['echo_arguments', 'echo_inline', 'echo_blocking'];

/** Sends `count` calls at once, of every kind; each must come back with what it carried. */
async function burst(client, name, count) {
  const calls = [];
  for (let i = 0; i < count; i++) {
    const args = { client: name, call: i, text: `${name}/${i}`.repeat(1 + (i % 50)) };
    calls.push(client.callTool({ name: tools[i % tools.length], arguments: args }).then((result) => {
      assert.deepEqual(JSON.parse(textOf(result)), args);
    }));
  }
  await Promise.all(calls);
}

test('two clients with equal ids get their own answers, hundreds of times', async () => {
  const [one, two] = await Promise.all([connect(server.url), connect(server.url)]);
  for (let round = 0; round < 10; round++) await Promise.all([burst(one.client, 'one', 40), burst(two.client, 'two', 40)]);
  await Promise.all([one.client.close(), two.client.close()]);
});

test('progress of equal tokens reaches the client that asked', async () => {
  const clients = await Promise.all([connect(server.url), connect(server.url), connect(server.url)]);
  await Promise.all(clients.map(async ({ client }, index) => {
    for (let round = 0; round < 30; round++) {
      const heard = [];
      await client.callTool({ name: 'steps', arguments: { count: index + 1 } }, undefined, {
        onprogress: (note) => heard.push(note.total),
      });
      assert.deepEqual(heard, Array(index + 1).fill(index + 1));
    }
  }));
  await Promise.all(clients.map(({ client }) => client.close()));
});

test('calls that end in the reverse order of their beginning keep their answers', async () => {
  const [one, two] = await Promise.all([connect(server.url), connect(server.url)]);
  const keys = Array.from({ length: 20 }, (_, i) => `npm-parallel-${i}`);
  const calls = keys.map((key, i) => [one, two][i % 2].client.callTool({ name: 'wait', arguments: { key } }));
  await until(async () => {
    const waiting = JSON.parse(await two.text('waiting'));
    return keys.every((key) => waiting.includes(key));
  }, 'all calls wait');
  for (const key of [...keys].reverse()) assert.equal(await two.text('open', { key, text: key }), '1');
  assert.deepEqual((await Promise.all(calls)).map(textOf), keys);
  await Promise.all([one.client.close(), two.client.close()]);
});
