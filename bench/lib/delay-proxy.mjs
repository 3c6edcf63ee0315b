// A TCP proxy that holds every piece of data back for a fixed time in each direction. It delays and does not throttle: what
// follows close behind is let go close behind.
import { connect, createServer } from 'node:net';

/** Listens on a free loopback port; `delayMs` is one way, so a round trip takes twice as long. */
export async function startProxy(targetPort, delayMs) {
  const sockets = new Set();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    delay(near, far, delayMs);
    delay(far, near, delayMs);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function delay(from, to, delayMs) {
  const queue = [];
  let waiting = false;
  const release = () => {
    waiting = false;
    while (queue.length > 0 && queue[0].due <= performance.now()) {
      const { data } = queue.shift();
      if (data) to.write(data);
      else to.end();
    }
    wait();
  };
  const wait = () => {
    if (waiting || queue.length === 0) return;
    waiting = true;
    const left = queue[0].due - performance.now();
    // Timers count whole milliseconds; the rest is waited for turn by turn of the event loop.
    if (left > 1.2) setTimeout(release, Math.floor(left - 0.2));
    else setImmediate(release);
  };
  const take = (data) => {
    queue.push({ due: performance.now() + delayMs, data });
    wait();
  };
  from.on('data', take).on('end', () => take(undefined));
  from.on('close', () => take(undefined));
}
