import sharp from 'sharp';
import { httpServer } from '../../fal/servers.js';

export const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>';
export const ZIP = Buffer.from(`PK\x05\x06${'\0'.repeat(18)}`, 'latin1');

/** A picture of one colour. */
export function picture(width: number, height: number, background = '#336699'): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}

export interface FileServer {
  /** The object that an answer has for a file of that name. */
  file: (name: string, more?: Record<string, unknown>) => Record<string, unknown>;
  /** Names of the files that were fetched, in order. */
  fetched: string[];
}

/** A server of files beside fal's, as it names them in answers; 404 for any other. */
export async function fileServer(files: Record<string, string | Uint8Array>): Promise<FileServer> {
  const fetched: string[] = [];
  const { url } = await httpServer(({ target }, response) => {
    const name = target.slice(1);
    fetched.push(name);
    const content = files[name];
    if (content === undefined) response.writeHead(404).end();
    else response.end(content);
  });
  return {
    file: (name, more = {}) => ({ url: `${url}/${name}`, ...more }),
    fetched,
  };
}
