// The live stream of one person's events, with reconnection.

const RETRY_MS = [500, 1000, 2000, 4000, 8000];

/**
 * Opens /_sandbox/events for `user`. `onEvent(event)` gets each event; `onState("open"|"lost")` each change.
 * The browser resumes by Last-Event-ID by itself; a refused stream (server restarting) is opened anew here.
 */
export function listen(user, { onEvent, onState }) {
  let failures = 0;
  const open = () => {
    const source = new EventSource(`/_sandbox/events?user=${encodeURIComponent(user)}`);
    source.onopen = () => {
      onState("open");
      failures = 0;
    };
    source.onmessage = (message) => onEvent(JSON.parse(message.data));
    source.onerror = () => {
      failures += 1;
      onState("lost");
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(open, RETRY_MS[Math.min(failures - 1, RETRY_MS.length - 1)]);
    };
  };
  open();
}

/**
 * Makes `load` safe to call at every event: runs do not overlap, and a call during a run leads to exactly one more.
 */
export function coalesced(load) {
  let running = null;
  let again = false;
  return function run() {
    if (running) {
      again = true;
      return running;
    }
    running = load().finally(() => {
      running = null;
      if (again) {
        again = false;
        run();
      }
    });
    return running;
  };
}
