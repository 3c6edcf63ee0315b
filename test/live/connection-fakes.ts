import { createServer, type Server, type Socket } from 'node:net';

/** A server that is not PostgreSQL, or not a good one: what it does with a connection, by name. */
export type FakeName = keyof typeof BEHAVIOUR;

const BEHAVIOUR = {
  /** Takes the connection and never says a word. */
  silent: () => {},
  /** Closes without an answer. */
  closing: (socket: Socket) => socket.end(),
  /** Some other protocol. */
  web: (socket: Socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  /** Agrees to TLS and slips in plain text behind the answer (CVE-2021-23222). */
  injecting: (socket: Socket) =>
    socket.once('data', () => socket.write(Buffer.concat([Buffer.from('S'), authenticationOk()]))),
  /** Answers every first message with an error. */
  starting: (socket: Socket) =>
    refuseTls(socket, () => socket.end(errorResponse('57P03', 'the database system is starting up'))),
  full: (socket: Socket) =>
    refuseTls(socket, () => socket.end(errorResponse('53300', 'sorry, too many clients already'))),
  /** Asks for GSSAPI, which the driver does not know. */
  gssapi: (socket: Socket) => refuseTls(socket, () => socket.write(authentication(7))),
  /** Asks for the password in clear text. */
  curious: (socket: Socket) => refuseTls(socket, () => socket.write(authentication(3))),
} satisfies Record<string, (socket: Socket) => unknown>;

export interface Fakes {
  readonly ports: Readonly<Record<FakeName, number>>;
  /** What the clients of `curious` said, start-up messages apart. */
  readonly heard: string[];
  stop(): void;
}

export async function startFakes(): Promise<Fakes> {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const heard: string[] = [];
  const ports: Partial<Record<FakeName, number>> = {};
  for (const [name, behave] of Object.entries(BEHAVIOUR) as [FakeName, (socket: Socket) => unknown][]) {
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => {}));
      if (name === 'curious') socket.on('data', (data) => data[0] === 0x70 && heard.push(data.toString('latin1')));
      behave(socket);
    });
    servers.push(server);
    ports[name] = await listen(server);
  }
  const stop = () => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
  };
  return { ports: ports as Record<FakeName, number>, heard, stop };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

/** Requests for TLS or GSSAPI encryption get N; the start-up message gets the answer. */
function refuseTls(socket: Socket, answer: () => void): void {
  socket.on('data', (data) => {
    if (data.length === 8) socket.write('N');
    else if (data[0] === 0) answer();
  });
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function authentication(code: number): Buffer {
  const body = Buffer.alloc(4);
  body.writeInt32BE(code);
  return message('R', body);
}

const authenticationOk = () => authentication(0);

function errorResponse(sqlstate: string, text: string): Buffer {
  return message('E', Buffer.from(`SFATAL\0VFATAL\0C${sqlstate}\0M${text}\0\0`));
}
