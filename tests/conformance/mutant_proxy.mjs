// mutant_proxy.mjs TARGET [MUTANT]: a reverse proxy in front of the fixture that commits one fault, so that the suite's
// check for it can be seen to fail. The product needs no switch for its own faults this way. Without a mutant it changes
// nothing, which shows that the proxy itself breaks nothing. Prints its own URL.
import http from 'node:http';
import { mutants, harmless } from './mutants.mjs';

const target = new URL(process.argv[2]);
const mutant = { ...harmless, ...(process.argv[3] ? mutants[process.argv[3]].proxy : {}) };
const standalone = new Set();

function readAll(stream) {
  return new Promise((resolve, reject) => {
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    stream.on('end', () => resolve(Buffer.concat(parts)));
    stream.on('error', reject);
  });
}

function forward(request, body) {
  return new Promise((resolve, reject) => {
    const headers = mutant.requestHeaders({ ...request.headers }, target);
    const options = { host: target.hostname, port: target.port, path: request.url, method: request.method, headers };
    const outgoing = http.request(options, resolve);
    outgoing.on('error', reject);
    request.socket.on('close', () => outgoing.destroy());
    outgoing.end(body);
  });
}

// Event blocks are passed on as the mutant wants them; comments and unknown fields stay as they are.
async function passEvents(answer, response, asked) {
  const later = [];
  let text = '';
  response.flushHeaders();
  if (asked.method === 'GET') standalone.add(response);
  for await (const part of answer) {
    text += part.toString('utf8');
    const blocks = text.split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const what = mutant.event(block, asked);
      if (what === 'later') later.push(block);
      else if (what !== null) response.write(`${what}\n\n`);
    }
  }
  mutant.afterEvents(later, response, standalone);
  standalone.delete(response);
  response.end();
}

async function serve(request, response) {
  const body = await readAll(request);
  const instead = mutant.answerItself(request);
  if (instead !== null) {
    response.writeHead(instead).end();
    return;
  }
  const answer = await forward(request, body);
  const headers = { ...answer.headers };
  delete headers['transfer-encoding'];
  delete headers.connection;
  if ((headers['content-type'] ?? '').startsWith('text/event-stream')) {
    response.writeHead(answer.statusCode, headers);
    await passEvents(answer, response, { method: request.method, resumed: 'last-event-id' in request.headers });
    return;
  }
  let content = await readAll(answer);
  if (content.length > 0 && headers['content-type'] === 'application/json') {
    const method = /"method":\s*"([^"]+)"/.exec(body.toString('utf8'))?.[1];
    content = Buffer.from(JSON.stringify(mutant.message(JSON.parse(content.toString('utf8')), method)));
    headers['content-length'] = content.length;
  }
  response.writeHead(answer.statusCode, headers).end(content);
}

const server = http.createServer((request, response) => {
  serve(request, response).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}${target.pathname}`);
});
