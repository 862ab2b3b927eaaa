// Calls of the sandbox's control API. Every answer is JSON; a failed call becomes {ok: false, error}.

const BASE = "/_sandbox/";

async function call(path, options) {
  try {
    const response = await fetch(BASE + path, options);
    const body = await response.json();
    if (body.ok === undefined) body.ok = response.ok;
    return body;
  } catch {
    // The server is gone, or it answered something that is not JSON. The caller shows it.
    return { ok: false, error: "unreachable" };
  }
}

/** GET /_sandbox/{path}?{query}; undefined values are left out of the query. */
export function get(path, query = {}) {
  const known = Object.entries(query).filter(([, value]) => value !== undefined);
  return call(`${path}?${new URLSearchParams(known)}`, { headers: { Accept: "application/json" } });
}

/** POST /_sandbox/{path} with a JSON body. */
export function post(path, body) {
  return call(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}
