/** A picture that fal fetches from a URL. */
export interface UrlSource {
  kind: 'url';
  url: string;
}

/** A local picture, which must be uploaded. */
export interface BytesSource {
  kind: 'bytes';
  bytes: Uint8Array;
  origin: 'file' | 'stdin' | 'data';
  /** Its name in messages: the path as the user wrote it, "stdin", "the data: URI". */
  label: string;
  /** Base name without extension, for output templates. */
  name: string;
}

export type Source = UrlSource | BytesSource;
