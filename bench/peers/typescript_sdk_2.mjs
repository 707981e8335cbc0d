// The echo tool on the official TypeScript SDK 2.x, serving revision 2026-07-28 as its documentation has it for
// node:http: a handler that makes a server for each request, behind the guards for Host and Origin.
import { createServer } from 'node:http';
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from '@modelcontextprotocol/node';
import { McpServer, createMcpHandler } from '@modelcontextprotocol/server';
import * as z from 'zod/v4';

const inputSchema = z.object({ message: z.string().describe('The text to give back.') });

const serve = toNodeHandler(
  createMcpHandler(() => {
    const server = new McpServer({ name: 'typescript-sdk-2', version: '1' });
    server.registerTool('echo', { description: 'Gives back its message.', inputSchema }, ({ message }) => ({
      content: [{ type: 'text', text: message }],
    }));
    return server;
  }),
);
const isHostValid = localhostHostValidation();
const isOriginValid = localhostOriginValidation();

const http = createServer(async (request, response) => {
  if (isHostValid(request, response) && isOriginValid(request, response)) await serve(request, response);
});
http.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${http.address().port}/mcp`));
process.on('SIGTERM', () => process.exit(0));
