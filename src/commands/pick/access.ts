/*
 * INVARIANT: only the browser that first opens the printed address sees the page. Another program of this machine, or
 * a page of the web in the same browser, knows neither the token nor the cookie.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

/** Who may use the page. */
export interface Access {
  /** Opens the page once. */
  token: string;
  /** Takes the token and gives a cookie for it; false where it is wrong or used. */
  enter: (c: Context, token: string) => boolean;
  /** Lets only that browser on, and only its own page change anything. */
  guard: MiddlewareHandler;
}

/** @param origin `http://127.0.0.1:PORT`, as the browser calls it */
export function createAccess(origin: string): Access {
  const token = randomBytes(24).toString('base64url');
  const session = randomBytes(24).toString('base64url');
  const { port } = new URL(origin);
  // Browsers do not tell the ports of a host apart where cookies are concerned.
  const cookie = `fal-edit-pick-${port}`;
  let isUsed = false;
  return {
    token,
    enter: (c, given) => {
      // A HEAD, which something may send to look ahead, is not to use it up.
      if (isUsed || c.req.method !== 'GET' || !isSame(given, token)) return false;
      isUsed = true;
      setCookie(c, cookie, session, { httpOnly: true, sameSite: 'Strict', path: '/' });
      return true;
    },
    guard: async (c, next) => {
      if (!isSame(getCookie(c, cookie) ?? '', session)) return c.text('Not yours.\n', 403);
      if (c.req.method !== 'GET' && c.req.header('origin') !== origin) {
        return c.text('Not from this page.\n', 403);
      }
      await next();
      return undefined;
    },
  };
}

/** A name that points at this machine for a moment (DNS rebinding) is not the host that we are. */
export function onlyHost(host: string): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.header('host') !== host) return c.text('Not this host.\n', 421);
    await next();
    return undefined;
  };
}

/** In a time that tells nothing of how much of it is right. */
function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}
