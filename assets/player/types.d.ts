/** Shapes that the player's modules share. The wire's own are in `src/ARCHITECTURE.md`. */

export type Bytes = Uint8Array<ArrayBuffer>;
export type MediaKind = 'audio' | 'video';
export type SortKey =
  | 'title'
  | 'artist'
  | 'album'
  | 'composer'
  | 'genre'
  | 'year'
  | 'duration'
  | 'added'
  | 'bpm'
  | 'kbps'
  | 'size'
  | 'plays'
  | 'last_played'
  | 'rating';
/** A part of the library that has a name. */
export type Only = 'duplicates' | 'missing' | 'loved' | 'unfinished';
/** A column of the browser. */
export type Facet = 'genre' | 'artist' | 'album';

export interface Track {
  id: string;
  kind: MediaKind;
  title: string;
  artist?: string;
  album?: string;
  album_artist?: string;
  album_id?: string;
  composer?: string;
  track_no?: number;
  disc_no?: number;
  year?: number;
  genre?: string;
  bpm?: number;
  compilation?: boolean;
  has_lyrics?: boolean;
  /** Its file is gone. */
  missing?: boolean;
  duplicate?: boolean;
  /** Among duplicates: those of one number are the same. */
  group?: number;
  /** Told to the owner alone, where it was asked for. */
  file?: TrackFile;
  listened?: Listened;
  duration_ms: number;
  codec: string;
  art?: string;
  added_at: string;
  /** How the file itself is coded. */
  source?: SourceMedia;
  loudness?: Loudness;
  /** Best first; a video's pictures. */
  renditions: string[];
  /** A video's sound, best first. */
  sound?: string[];
}

export interface TrackFile {
  folder: string;
  name: string;
  size: number;
  missing_since_ms?: number;
}

/** What lies in folders that are not there now; their names are told to the owner alone. */
export interface Away {
  tracks: number;
  videos: number;
  folders?: readonly { name: string; tracks: number; videos: number }[];
}

/** What the listener made of it. */
export interface Listened {
  plays: number;
  skips: number;
  last_played_ms?: number;
  /** 1 to 100, 20 a star. */
  rating?: number;
  loved: boolean;
  resume_ms?: number;
}

/** A track that was left, or played to its end. */
export interface PlayReport {
  track: string;
  /** UUID: sent again it counts once. */
  event: string;
  at_ms: number;
  heard_ms: number;
  of_ms: number;
  ended: boolean;
}

/** A playlist as serve keeps it; `items` and `duration_ms` are a list's, `rules` and `host_id` a smart one's. */
export interface Playlist {
  id: string;
  kind: 'folder' | 'list' | 'smart';
  name: string;
  parent?: string;
  rules?: unknown;
  host_id?: string;
  items: number;
  duration_ms: number;
  version: number;
  items_version: number;
  changed: number;
  deleted_at?: number;
}

export interface FacetValue {
  /** Empty for the tracks without one. */
  name: string;
  tracks: number;
  album?: string;
  artist?: string;
  year?: number;
  art?: string;
}

/** One column of the browser: a window on its values. */
export interface ColumnState {
  total: number;
  /** Tracks that any of its values, or none, would leave. */
  tracks: number;
  /** Those of them that have no value. */
  without: number;
  pages: ReadonlyMap<number, readonly FacetValue[]>;
}

export interface BrowserState {
  open: boolean;
  columns: Readonly<Record<Facet, ColumnState>>;
}

export interface SourceMedia {
  audio?: SourceAudio;
  video?: SourceVideo;
}

export interface SourceAudio {
  codec: string;
  /** Type of its copy; absent when it must be encoded. */
  mime?: string;
  kbps?: number;
  /** Hz. */
  rate: number;
  channels: number;
  bits?: number;
  lossless: boolean;
}

export interface SourceVideo {
  codec: string;
  mime?: string;
  width: number;
  height: number;
  frames_per_1000_s: number;
  kbps?: number;
}

/** Hundredths of dB, towards -18 LUFS. */
export interface Loudness {
  track_gain_cdb: number;
  album_gain_cdb?: number;
  true_peak_cdb: number;
}

/** How much of the way the user wants to spend: as much as it carries; all that is there; less; little. */
export type Quality = 'auto' | 'best' | 'good' | 'save';

export interface Settings {
  music: Quality;
  video: Quality;
  /** Loud songs are made quieter, so that all are alike. */
  soundCheck: boolean;
}

/** What a track has beside its first sound and pictures. */
export interface Details {
  sounds: SoundStream[];
  subtitles: Subtitle[];
  /** By start. */
  chapters: Chapter[];
}

export interface SoundStream {
  stream: number;
  /** BCP 47 */
  language?: string;
  title?: string;
  codec: string;
  channels: number;
  /** Type of its copy; absent when it must be encoded. */
  mime?: string;
  is_default: boolean;
}

export interface Subtitle {
  id: string;
  language?: string;
  title?: string;
  is_default: boolean;
  is_forced: boolean;
}

export interface Chapter {
  start_ms: number;
  title: string;
}

/** Small pictures in rows on one large one: picture `n` shows time `n * interval_ms`. */
export interface Preview {
  /** Of a blob. */
  url: string;
  width: number;
  height: number;
  columns: number;
  count: number;
  interval_ms: number;
}

export interface ExtrasState {
  details: Details | null;
  /** Which of the sounds is heard. */
  sound: number;
  /** WebVTT; `null` while it is fetched. */
  subtitle: { id: string; text: string | null } | null;
  preview: Preview | null;
  previewAsked: boolean;
}

export interface Timeline {
  mime: string;
  /** Units a second of all times here. */
  timescale: number;
  lead_in: number;
  duration: number;
  /** `[segment length, how many]` */
  runs: [number, number][];
}

export interface Host {
  id: string;
  name: string;
  online: boolean;
  last_seen_at?: string | null;
}

export interface HostStatus {
  name: string;
  version: string;
  tracks: number;
  videos: number;
  duration_ms: number;
  bytes: number;
  scanning: boolean;
  away?: Away;
}

/** Which rows the grid shows, in which order. */
export interface Query {
  kind: MediaKind;
  search: string;
  /** What was typed, and nothing instead of it. */
  exact: boolean;
  sort: SortKey;
  descending: boolean;
  /** Of a column any of its values; nothing chosen is everything. */
  genres: readonly string[];
  artists: readonly string[];
  /** Album ids. */
  albums: readonly string[];
  only: Only | null;
  playlist: Playlist | null;
}

/** A track in its place in a queue. */
export interface QueueItem {
  hostId: string;
  track: Track;
  query: Query;
  index: number;
  /** Of the order that it was begun in. */
  generation?: number;
}

export interface InitReply {
  timeline: Timeline;
  bytes: Bytes;
}

/** One encoding of a track. */
export interface Wanted {
  item: QueueItem;
  rendition: string;
  /** Which of the file's sounds, or pictures. */
  stream: number;
}

/** Takes a segment as it comes. */
export interface Receiver {
  add(piece: Bytes): void;
  received: number;
}

/** Where the engine gets media from. Both reject with the signal's reason when it is aborted, and with `busy` unless they are patient. */
export interface MediaSourceOfTracks {
  init(wanted: Wanted, options: { signal: AbortSignal; patient: boolean }): Promise<InitReply>;
  segment(
    wanted: Wanted,
    index: number,
    options: { signal: AbortSignal; patient: boolean; aheadMs: number | undefined; to: Receiver },
  ): Promise<void>;
}

/** What travels of a track. */
export interface Sent {
  /** By name, pictures and sound joined by `+`. */
  rendition: string;
  /** The same in words, and why. */
  text: string;
}

export interface EngineHooks {
  /** What plays after `item`, `null` at the end. */
  next(item: QueueItem): Promise<QueueItem | null>;
  /** The track that is heard (or will be, once it is there). */
  onTrack(item: QueueItem, sent: Sent | null): void;
  onProgress(progress: Progress): void;
  /** A track that cannot be played. Gives whether the next one may be: the engine then goes on to it by itself. */
  onFailed(item: QueueItem, error: unknown): boolean;
  /** The queue has run out. */
  onEnded(): void;
}

export interface Progress {
  position: number;
  duration: number;
  paused: boolean;
  buffering: boolean;
  /** Seconds that are there to be played from `position` on. */
  ahead: number;
  /** Where the track begins on its element's own timeline, seconds. */
  origin: number;
}

export interface Notice {
  id: string;
  text: string;
  kind: 'error' | 'waiting' | 'done';
  /** What can be done about it: a button that asks for it by an event. */
  action?: { label: string; event: string; detail: unknown };
}

/** Rows of the grid, or all that it lists. */
export type Rows = { low: number; high: number } | 'all';

export interface ListState {
  status: 'idle' | 'loading' | 'ready' | 'error';
  /** The rows belong to the query before: the new one's first page is not here yet. */
  stale: boolean;
  total: number;
  /** Of all rows together; `null` when it is not known. */
  durationMs: number | null;
  bytes: number | null;
  /** What was searched for instead of words that no track has. */
  corrected: string | null;
  pages: ReadonlyMap<number, readonly Track[]>;
  /** By how many rows what was in view has moved, when it was last refreshed. */
  shift?: { rows: number };
  error: string;
}

export interface SelectionState {
  /** The row that the keyboard is on; -1 for none. */
  lead: number;
  /** The other end of the range. */
  anchor: number;
}

export interface PlaybackState {
  item: QueueItem | null;
  /** Its track as its tags are now: they may have changed since it was queued. */
  track: Track | null;
  sent: Sent | null;
  paused: boolean;
  buffering: boolean;
  position: number;
  duration: number;
  origin: number;
  volume: number;
}

export interface State {
  user: { id: string; name: string } | null;
  hosts: readonly Host[];
  /** Whether the list of hosts has come. */
  hostsKnown: boolean;
  hostId: string | null;
  /** Ids of hosts that this page has asked and got nothing from, whatever the server says of them. */
  unreachable: readonly string[];
  status: HostStatus | null;
  query: Query;
  browser: BrowserState;
  playlists: readonly Playlist[];
  /** Ids of playlist folders that are open. */
  foldersOpen: readonly string[];
  list: ListState;
  selection: SelectionState;
  playback: PlaybackState;
  /** Blob URLs of covers by art id. */
  art: Readonly<Record<string, string>>;
  notices: readonly Notice[];
  /** The picture is shown over the grid. */
  videoOpen: boolean;
  /** The source list is pulled out (narrow windows). */
  drawerOpen: boolean;
  settings: Settings;
  extras: ExtrasState;
}

export type Action =
  | { type: 'me'; user: State['user']; hosts: readonly Host[] }
  | { type: 'host/select'; hostId: string; kind: MediaKind; only?: Only | null; playlist?: Playlist | null }
  | { type: 'host/link'; hostId: string; up: boolean }
  | { type: 'host/status'; hostId: string; status: HostStatus }
  | { type: 'query'; query: Partial<Query> }
  | { type: 'list/loading' }
  | { type: 'list/page'; page: number; tracks: readonly Track[]; total: number; first: boolean; durationMs?: number | null; bytes?: number | null; corrected?: string | null }
  | {
      type: 'list/refresh';
      pages: ListState['pages'];
      total: number;
      durationMs: number | null;
      bytes: number | null;
      corrected?: string | null;
      /** Of the selection, in the new rows. */
      lead: number;
      anchor: number;
      shift: number;
    }
  | { type: 'rating/set'; ids: readonly string[]; rating: number }
  | { type: 'love/set'; ids: readonly string[]; loved: boolean }
  | { type: 'browser/open'; open: boolean }
  | { type: 'browser/page'; of: Facet; page: number; values: readonly FacetValue[]; total: number; tracks: number; without?: number; first: boolean }
  | { type: 'playlists'; playlists: readonly Playlist[] }
  | { type: 'playlists/folder'; id: string; open: boolean }
  | { type: 'list/forget'; pages: readonly number[] }
  | { type: 'list/error'; text: string }
  | { type: 'select'; lead: number; extend: boolean }
  | { type: 'playback/track'; item: QueueItem | null; sent: Sent | null; track?: Track }
  | { type: 'playback/tags'; hostId: string; track: Track }
  | { type: 'playback/progress'; progress: Progress }
  | { type: 'playback/volume'; volume: number }
  | { type: 'art'; art: Readonly<Record<string, string>> }
  | { type: 'notice/show'; notice: Notice }
  | { type: 'notice/hide'; id: string }
  | { type: 'video'; open: boolean }
  | { type: 'drawer'; open: boolean }
  | { type: 'settings'; settings: Partial<Settings> }
  | { type: 'extras'; extras: Partial<ExtrasState> }
  | { type: 'extras/clear' };

export interface Store {
  readonly state: State;
  dispatch(action: Action): void;
  /** Calls back at once and whenever what `select` picks is another value. Gives the way to stop. */
  watch<T>(select: (state: State) => T, callback: (value: T) => void): () => void;
}
