//! Questions about the library: status, pages, pictures.

use bytes::Bytes;

use super::{Answer, Handler, json};
use crate::auth::Standing;
use crate::host::library::{ART_CONTENT_TYPE, AwayFolder, Library};
use crate::protocol::reply::HostStatus;
use crate::protocol::{self, ArtSize, Away, Browse, BrowsePage, ErrorBody, ErrorCode, FacetPage, Facets, MediaStatus, Reply};
use crate::types::{ArtId, TrackId, UserId};

impl Handler {
    pub(super) async fn status(&self, standing: Standing) -> Result<Answer, ErrorBody> {
        let totals = self.ask(|library| library.totals_at_hand()).await?;
        // Of a scan, and of what is missing, others would learn how much there is that they may not see.
        let is_owner = standing == Standing::Owner;
        let scan = self.library.scan_status().filter(|_| is_owner);
        let status = HostStatus {
            name: self.name.to_string(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            tracks: totals.tracks,
            videos: totals.videos,
            duration_ms: totals.duration_ms,
            bytes: totals.bytes,
            scanning: scan.is_some(),
            scan,
            away: self.away(is_owner).await?,
            media: if is_owner { self.media_status() } else { MediaStatus::default() },
        };
        Ok(Answer::catalogue(Reply::Status(Box::new(status)), Bytes::new()))
    }

    async fn away(&self, is_owner: bool) -> Result<Away, ErrorBody> {
        let found = self.ask(Library::away).await?;
        let mut away = Away::default();
        for AwayFolder { path, tracks, videos } in found {
            away.tracks += tracks;
            away.videos += videos;
            if let Some(name) = path.as_ref().filter(|_| is_owner).and_then(|path| path.file_name()) {
                away.folders.push(protocol::AwayFolder { name: name.to_string_lossy().into_owned(), tracks, videos });
            }
        }
        Ok(away)
    }

    fn media_status(&self) -> MediaStatus {
        let encoder = self.engine.video_encoder();
        MediaStatus {
            hardware: encoder.as_ref().is_some_and(|encoder| encoder.hardware),
            video_encoder: encoder.map(|encoder| encoder.encoder),
            ..self.report.status()
        }
    }

    pub(super) async fn browse(&self, listener: UserId, browse: Browse) -> Result<Answer, ErrorBody> {
        self.library.ready().await;
        let page = self.ask(move |library| {
            let mut page = library.browse(listener, &browse)?;
            library.fill_listened(listener, &mut page.tracks)?;
            Ok(page)
        });
        let page = page.await?;
        let reply = Reply::Browse { total: page.total, duration_ms: page.duration_ms, bytes: page.bytes, corrected: page.corrected };
        Ok(Answer::catalogue(reply, json(&BrowsePage { tracks: page.tracks })))
    }

    pub(super) async fn facets(&self, listener: UserId, facets: Facets) -> Result<Answer, ErrorBody> {
        self.library.ready().await;
        let page = self.ask(move |library| library.facets(listener, &facets)).await?;
        let reply = Reply::Facets { total: page.total, tracks: page.tracks, without: page.without };
        Ok(Answer::catalogue(reply, json(&FacetPage { values: page.values })))
    }

    pub(super) async fn tracks(&self, listener: UserId, ids: Vec<TrackId>) -> Result<Answer, ErrorBody> {
        let tracks = self.ask(move |library| {
            let mut tracks = library.tracks(&ids)?;
            library.fill_listened(listener, &mut tracks)?;
            Ok(tracks)
        });
        Ok(Answer::catalogue(Reply::Tracks {}, json(&BrowsePage { tracks: tracks.await? })))
    }

    pub(super) async fn info(&self, track: TrackId) -> Result<Answer, ErrorBody> {
        let info = self.ask(move |library| library.info(track)).await?;
        let info = info.ok_or_else(|| ErrorBody::new(ErrorCode::NotFound, "There is no such track."))?;
        Ok(Answer::catalogue(Reply::Info {}, json(&info)))
    }

    pub(super) async fn waveform(&self, track: TrackId) -> Result<Answer, ErrorBody> {
        let waveform = self.ask(move |library| library.waveform(track)).await?;
        let waveform = waveform.ok_or_else(|| ErrorBody::new(ErrorCode::NotFound, "The host has not listened to this track yet."))?;
        Ok(Answer::ok(Reply::Waveform {}, Bytes::from(waveform)))
    }

    pub(super) async fn art(&self, art: ArtId, size: ArtSize) -> Result<Answer, ErrorBody> {
        let picture = self.ask(move |library| library.sized_picture(&art, size)).await?;
        let picture = picture.ok_or_else(|| ErrorBody::new(ErrorCode::NotFound, "There is no such picture."))?;
        Ok(Answer::ok(Reply::Art { content_type: ART_CONTENT_TYPE.to_owned() }, Bytes::from(picture)))
    }
}
