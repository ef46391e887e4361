/*
 * INVARIANT: only the browser that first opens the printed address can use the page. Other programs on this machine,
 * and web pages in the same browser, have neither the token nor the cookie.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

/** Who may use the page. */
export interface Access {
  /** Opens the page once. */
  token: string;
  /** Exchanges the token for a cookie; false if it is wrong or used. */
  enter: (c: Context, token: string) => boolean;
  /** Allows only that browser, and changes only from its own page. */
  guard: MiddlewareHandler;
}

/** @param origin `http://127.0.0.1:PORT`, as the browser sees it */
export function createAccess(origin: string): Access {
  const token = randomBytes(24).toString('base64url');
  const session = randomBytes(24).toString('base64url');
  const { port } = new URL(origin);
  // Cookies are shared by all ports of a host.
  const cookie = `fal-edit-pick-${port}`;
  let isUsed = false;
  return {
    token,
    enter: (c, given) => {
      // A HEAD request, e.g. of a link preview, must not use it up.
      if (isUsed || c.req.method !== 'GET' || !isSame(given, token)) return false;
      isUsed = true;
      setCookie(c, cookie, session, { httpOnly: true, sameSite: 'Strict', path: '/' });
      return true;
    },
    guard: async (c, next) => {
      if (!isSame(getCookie(c, cookie) ?? '', session))
        return c.text('Access denied: this page belongs to another browser.\n', 403);
      if (c.req.method !== 'GET' && c.req.header('origin') !== origin) {
        return c.text('Access denied: not sent by this page.\n', 403);
      }
      await next();
      return undefined;
    },
  };
}

/** Refuses other host names, which may point at this machine through DNS rebinding. */
export function onlyHost(host: string): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.header('host') !== host) return c.text('Access denied: wrong host.\n', 421);
    await next();
    return undefined;
  };
}

/** Compares in constant time. */
function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}
