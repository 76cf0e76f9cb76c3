//! The files that browsers get: embedded in a release, read from `assets/` in a development build.
//! Every one has a strong ETag (RFC 9110, section 8.8) and is asked for anew each time: a 304 is cheap, a stale player is not.

pub mod accepted;

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{LazyLock, Mutex, PoisonError};

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use rust_embed::{Embed, EmbeddedFile};

macro_rules! folders {
    ($($name:ident $folder:literal $prefix:literal)*) => {
        $(
            #[derive(Embed)]
            #[folder = $folder]
            #[allow_missing = true]
            // For the README only.
            #[exclude = "screenshot.png"]
            struct $name;
        )*

        /// The file of a path like `player/index.html`.
        fn find(path: &str) -> Option<EmbeddedFile> {
            $(if let Some(rest) = path.strip_prefix($prefix) { return $name::get(rest); })*
            None
        }
    };
}

folders! {
    Player "$CARGO_MANIFEST_DIR/assets/player" "player/"
    Drivers "$CARGO_MANIFEST_DIR/assets/pcd" "pcd/"
    Style "$CARGO_MANIFEST_DIR/assets/style" "style/"
    Images "$CARGO_MANIFEST_DIR/assets/img" "img/"
    Portal "$CARGO_MANIFEST_DIR/assets/portal" "portal/"
}

/// How a body may be packed, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Packing {
    Brotli,
    Gzip,
}

type Packed = HashMap<(String, Packing), ([u8; 32], Bytes)>;

/// What has been packed already: each file at most once a packing.
static PACKED: LazyLock<Mutex<Packed>> = LazyLock::new(Mutex::default);

/// Smaller files are not worth packing.
const PACK_BYTES_MIN: usize = 512;

/// The file of `path`, as this request takes it; `None` when there is none.
pub fn respond(request: &HttpRequest, path: &str) -> Option<HttpResponse> {
    if !is_public(path) {
        return None;
    }
    let file = find(path)?;
    let content_type = content_type(path);
    let packing = (is_text(&content_type) && file.data.len() >= PACK_BYTES_MIN).then(|| wanted(request)).flatten();
    let etag = etag(&file.metadata.sha256_hash(), packing);
    let mut response = if is_known(request, &etag) { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((CACHE_CONTROL, "no-cache")).insert_header((VARY, "Accept-Encoding")).insert_header((ETAG, etag.clone()));
    if is_known(request, &etag) {
        return Some(response.finish());
    }
    response.insert_header((CONTENT_TYPE, content_type));
    Some(match packing {
        Some(packing) => response.insert_header((CONTENT_ENCODING, packing.name())).body(packed(path, packing, &file)),
        None => response.body(plain(file)),
    })
}

fn plain(file: EmbeddedFile) -> Bytes {
    match file.data {
        std::borrow::Cow::Borrowed(embedded) => Bytes::from_static(embedded),
        std::borrow::Cow::Owned(read) => read.into(),
    }
}

/// Plain relative paths only; of the portal's folder only what pages refer to, not their templates.
fn is_public(path: &str) -> bool {
    let is_plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0']);
    let is_template = path.starts_with("portal/") && path.ends_with(".html");
    path.split('/').all(is_plain) && !is_template
}

fn content_type(path: &str) -> String {
    let guessed = mime_guess::from_path(path).first_or_octet_stream();
    if guessed.type_() == "text" { format!("{guessed}; charset=utf-8") } else { guessed.to_string() }
}

fn is_text(content_type: &str) -> bool {
    content_type.starts_with("text/") || ["javascript", "json", "xml"].iter().any(|kind| content_type.contains(kind))
}

fn etag(hash: &[u8; 32], packing: Option<Packing>) -> String {
    let short: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    // Two packings are two representations: a strong tag tells them apart.
    match packing {
        Some(packing) => format!("\"{short}-{}\"", packing.name()),
        None => format!("\"{short}\""),
    }
}

fn is_known(request: &HttpRequest, etag: &str) -> bool {
    let tags = request.headers().get_all(IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    tags.flat_map(|list| list.split(',')).map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

fn wanted(request: &HttpRequest) -> Option<Packing> {
    [Packing::Brotli, Packing::Gzip].into_iter().find(|packing| accepted::takes(request.headers(), packing.name()))
}

fn packed(path: &str, packing: Packing, file: &EmbeddedFile) -> Bytes {
    let hash = file.metadata.sha256_hash();
    let key = (path.to_owned(), packing);
    let mut cache = PACKED.lock().unwrap_or_else(PoisonError::into_inner);
    match cache.get(&key) {
        Some((of, bytes)) if *of == hash => bytes.clone(),
        _ => {
            let bytes = Bytes::from(packing.pack(&file.data));
            cache.insert(key, (hash, bytes.clone()));
            bytes
        }
    }
}

impl Packing {
    fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    fn pack(self, plain: &[u8]) -> Vec<u8> {
        let packed = match self {
            Self::Brotli => brotli_bytes(plain),
            Self::Gzip => gzip_bytes(plain),
        };
        packed.expect("packing in memory does not fail")
    }
}

/// Quality 9 and a 256 KiB window: a player's file takes milliseconds, once.
fn brotli_bytes(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 4096, 9, 18);
    writer.write_all(plain)?;
    writer.flush()?;
    Ok(writer.into_inner())
}

fn gzip_bytes(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(plain)?;
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_and_no_templates_are_public() {
        for public in ["player/index.html", "portal/portal.css", "img/a/b.svg"] {
            assert!(is_public(public), "{public}");
        }
        for hidden in ["", "/etc/passwd", "player/../../Cargo.toml", "player//x", "player/.git", "player\\x", "c:/x", "portal/base.html"] {
            assert!(!is_public(hidden), "{hidden}");
        }
    }

    #[test]
    fn packs_smaller_and_back() {
        use std::io::Read as _;
        let plain = b"the same words again and again. ".repeat(100);
        for packing in [Packing::Brotli, Packing::Gzip] {
            let packed = packing.pack(&plain);
            assert!(packed.len() < plain.len() / 4);
            let mut out = Vec::new();
            match packing {
                Packing::Brotli => brotli::Decompressor::new(packed.as_slice(), 4096).read_to_end(&mut out),
                Packing::Gzip => flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut out),
            }
            .expect("unpacks");
            assert_eq!(out, plain);
        }
    }
}
