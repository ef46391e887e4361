import path from 'node:path';
import type { ReportPicture } from './page/data.js';
import { urlTo } from './page/url-to.js';
import { readableCopyOf, thumbnailOf, type ThumbnailSource } from './thumbnails.js';

/** A picture for a page, with a smaller copy if it is large, and a readable one if browsers cannot show it. @param folder the page's, absolute */
export async function pictureHere(
  picture: ThumbnailSource & { height: number | null },
  folder: string,
): Promise<ReportPicture> {
  const copy = await readableCopyOf(picture, folder);
  const thumb = await thumbnailOf(picture, folder);
  return {
    src: urlTo(folder, copy ?? picture.path),
    thumb: thumb === undefined ? null : urlTo(folder, thumb),
    width: picture.width,
    height: picture.height,
    name: path.basename(picture.path),
  };
}
