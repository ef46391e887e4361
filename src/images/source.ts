/** A picture that fal fetches by itself. */
export interface UrlSource {
  kind: 'url';
  url: string;
}

/** A picture that is here and must be uploaded. */
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
