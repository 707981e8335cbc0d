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

function parsed(body) {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

function forward(request, body, message) {
  return new Promise((resolve, reject) => {
    const headers = mutant.requestHeaders({ ...request.headers }, target, message);
    const changed = message === null ? null : mutant.requestMessage(structuredClone(message));
    const bytes = changed === null ? body : Buffer.from(JSON.stringify(changed));
    if (changed !== null && !('transfer-encoding' in headers)) headers['content-length'] = bytes.length;
    const options = { host: target.hostname, port: target.port, path: request.url, method: request.method, headers };
    const outgoing = http.request(options, resolve);
    outgoing.on('error', reject);
    request.socket.on('close', () => outgoing.destroy());
    outgoing.end(bytes);
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
  await mutant.afterEvents(later, response, standalone);
  standalone.delete(response);
  response.end();
}

function sendEvents(response, messages) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const message of messages) response.write(`data: ${JSON.stringify(message)}\n\n`);
  response.end();
}

async function serve(request, response) {
  const body = await readAll(request);
  const message = parsed(body);
  const instead = mutant.answerItself(request);
  if (instead !== null) {
    response.writeHead(instead).end();
    return;
  }
  const answer = await forward(request, body, message);
  const headers = { ...answer.headers };
  delete headers['transfer-encoding'];
  delete headers.connection;
  const asked = { method: request.method, resumed: 'last-event-id' in request.headers, message };
  if ((headers['content-type'] ?? '').startsWith('text/event-stream')) {
    response.writeHead(answer.statusCode, headers);
    await passEvents(answer, response, asked);
    return;
  }
  let content = await readAll(answer);
  let status = answer.statusCode;
  if (content.length > 0 && headers['content-type'] === 'application/json') {
    const said = mutant.message(JSON.parse(content.toString('utf8')), message?.method, message);
    if (Array.isArray(said)) {
      sendEvents(response, said);
      return;
    }
    content = Buffer.from(JSON.stringify(said));
    headers['content-length'] = content.length;
    status = mutant.status(status, said, message?.method);
  }
  response.writeHead(status, headers).end(content);
}

const server = http.createServer((request, response) => {
  serve(request, response).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}${target.pathname}`);
});
